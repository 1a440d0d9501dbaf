// The welcome to who has confirmed, with what is new until their first digest.
import { sql } from 'kysely'
import { createElement } from 'react'
import { instantInWords } from '../../emails/components/language.ts'
import { spoken } from '../../emails/messages.ts'
import { renderMail } from '../../emails/render.ts'
import { WelcomeEmail, welcomeSubject, welcomeText } from '../../emails/welcome.tsx'
import { selectArticles } from '../articles/select-articles.ts'
import { type MailTemplate, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context, JobOptions } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { type DigestContent, digestProps, envelopeOf, readStories } from './digest-mail.ts'

/** How often a reader is looked at anew who is changed meanwhile; then again at the next call. */
const mostTries = 3

type Waiting = Pick<Row<'welcomes'>, 'confirmation_id' | 'subscription_id'>

/**
 * Makes the message of each welcome that is owed. It tells what the newest run of the newsletter would have told this reader,
 * and then their cursor moves as with a digest, in the transaction that makes the message: no story is told twice, and none
 * lost. Where nothing is new, or it cannot be rendered, the welcome tells no stories and the cursor stays. Who has left, or
 * is suppressed, gets none. One that fails costs itself only: it is tried again at the next call, and what it threw is thrown in the end.
 */
export async function writeWelcomes(
  context: Context,
  { signal }: Pick<JobOptions, 'signal'>,
): Promise<{ welcomes: number }> {
  let welcomes = 0
  let last = 0
  const failures: unknown[] = []
  while (!signal.aborted) {
    const { rows } = await sql<Waiting>`
      select confirmation_id, subscription_id from welcomes where settled_at is null and subscription_id > ${last}
      order by subscription_id limit 1`.execute(context.db)
    const [waiting] = rows
    if (!waiting) break
    last = waiting.subscription_id
    try {
      for (let tries = 0; tries < mostTries; tries++) {
        const done = await write(context, waiting)
        if (done === 'made') welcomes += 1
        if (done !== 'changed') break
      }
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return { welcomes }
}

/** `changed`: the reader, or their settings, while it was rendered. */
async function write(context: Context, waiting: Waiting): Promise<'made' | 'changed' | 'none'> {
  const reader = await readReader(context, waiting.subscription_id)
  if (!reader) {
    await sql`
      update welcomes set settled_at = ${context.clock.sqlNow}
      where confirmation_id = ${waiting.confirmation_id} and settled_at is null`.execute(context.db)
    return 'none'
  }
  const content = await readContent(context, reader)
  const hasStories = content.stories.length > 0
  const withStories = hasStories ? await render(context, reader, content) : undefined
  const template =
    withStories ??
    (await render(context, reader, { ...content, digest: { ...content.digest, further_count: 0 }, stories: [] }))
  return store(context, waiting, reader, { template, isTold: withStories !== undefined })
}

type Reader = Pick<Row<'subscriptions'>, 'subscriber_id' | 'newsletter_id' | 'language' | 'frequency' | 'time_zone'> & {
  readonly read_until: Date
  readonly told_from: Date | null
  readonly next_digest_at: Date
  readonly newsletter: DigestContent['newsletter']
  readonly topicIds: readonly number[] | null
  readonly today: string
  readonly confirmedOn: string
  /** Where the newest window of the newsletter ends: what is in it, it holds for good. */
  readonly windowEnd: Date | null
  /** Anything that is changed of the subscription changes this. */
  readonly version: string
}

/** Undefined for who has left, or is not mailed. */
async function readReader({ db, clock }: Context, subscriptionId: number): Promise<Reader | undefined> {
  const { rows } = await sql<Reader>`
    select s.subscriber_id, s.newsletter_id, s.language, s.frequency, s.time_zone, s.read_until, s.told_from, s.next_digest_at,
      json_build_object('name', n.name, 'slug', n.slug, 'language', n.language) as newsletter,
      (select json_agg(topic_id) from topic_choice_topics where topic_choice_id = s.topic_choice_id) as "topicIds",
      (${clock.sqlNow} at time zone s.time_zone)::date as today, (s.confirmed_at at time zone s.time_zone)::date as "confirmedOn",
      (select window_end from digest_runs where newsletter_id = s.newsletter_id order by window_end desc limit 1) as "windowEnd",
      s.xmin::text as version
    from subscriptions s join subscribers r on r.id = s.subscriber_id join newsletters n on n.id = s.newsletter_id
    where s.id = ${subscriptionId} and s.state = 'active'
      and not exists (select from suppressions x where x.email_key = r.email_key)`.execute(db)
  return rows[0]
}

/** What the newest run would have told them; no stories where that is nothing. */
async function readContent({ db, config }: Context, reader: Reader): Promise<DigestContent> {
  const { newsletter, language, frequency, windowEnd, read_until, told_from, topicIds } = reader
  const [selection] =
    windowEnd === null
      ? []
      : await selectArticles(
          db,
          reader.newsletter_id,
          windowEnd,
          sql`select 1 as number, ${read_until}::timestamptz as since, coalesce(${told_from}::timestamptz, '-infinity') as told_from,
            ${topicIds}::bigint[] as topic_ids`,
          config.storiesPerDigest,
        )
  const { articles = [], total = 0 } = selection ?? {}
  const digest = { language, frequency, edition_date: reader.today, further_count: total - articles.length }
  return { digest, newsletter, stories: articles.length > 0 ? await readStories(db, articles) : [] }
}

/** Undefined where that fails: the log says why. */
async function render(context: Context, reader: Reader, content: DigestContent): Promise<MailTemplate | undefined> {
  try {
    const markers = slotMarkers(context.random)
    const props = { ...digestProps(context, content, markers), firstDigest: markers.firstDigest }
    const { html, text } = await renderMail(createElement(WelcomeEmail, props), welcomeText(props))
    const envelope = envelopeOf(context, content, markers, 'welcome')
    return toTemplate({ ...envelope, subject: welcomeSubject(props), html, text }, markers)
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 500) : 'unknown error'
    context.log.error('welcome_not_rendered', {
      newsletter: reader.newsletter_id,
      stories: content.stories.length,
      error: message,
    })
    return undefined
  }
}

/** Without a template none is made, and none is owed any more. */
async function store(
  context: Context,
  waiting: Waiting,
  reader: Reader,
  { template, isTold }: { readonly template: MailTemplate | undefined; readonly isTold: boolean },
): Promise<'made' | 'changed' | 'none'> {
  const { confirmation_id, subscription_id } = waiting
  const { next_digest_at, time_zone } = reader
  const firstDigest = instantInWords({ at: next_digest_at, timeZone: time_zone }, spoken(reader.language))
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    // The subscription first, as whoever changes it. As it was when it was read: a digest that was planned meanwhile has moved the cursor.
    const { rows: same } = await sql`
      select from subscriptions where id = ${subscription_id} and xmin::text = ${reader.version} for no key update`.execute(
      trx,
    )
    if (same.length === 0) return 'changed'
    const { numAffectedRows } = await sql`
      update welcomes set settled_at = ${now} where confirmation_id = ${confirmation_id} and settled_at is null`.execute(
      trx,
    )
    if (numAffectedRows !== 1n || !template) return 'none' // another process was faster, or nothing could be made
    const renderingId = await storeRendering(trx, template, context.clock.now())
    await sql`
      with made as (
        insert into messages (kind, subscriber_id, subscription_id, to_email, rendering_id, key_id, confirmed_on, first_digest,
          created_at)
        select 'welcome', id, ${subscription_id}, email, ${renderingId}, ${context.keys.newestId}, ${reader.confirmedOn},
          ${firstDigest}, ${now}
        from subscribers where id = ${reader.subscriber_id}
        returning id)
      update welcomes set message_id = made.id from made where confirmation_id = ${confirmation_id}`.execute(trx)
    if (isTold) {
      await sql`
        update subscriptions set read_until = greatest(read_until, ${reader.windowEnd}) where id = ${subscription_id}`.execute(
        trx,
      )
    }
    return 'made'
  })
}
