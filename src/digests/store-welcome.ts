// The transactions that make the message of a welcome, and that make it anew.
import { sql } from 'kysely'
import { instantInWords } from '../../emails/components/in-words.ts'
import type { ToldArticle } from '../articles/select-articles.ts'
import { type MailTemplate, storeRendering } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import type { DigestContent } from './digest-mail.ts'
import { type Reader, readVisible } from './welcome-reader.ts'

/** `changed`: the reader, their settings or the stories, while it was rendered. */
export type Done = 'made' | 'changed' | 'none'

export type Source = {
  readonly told: readonly ToldArticle[]
  readonly further: number
  readonly stories: DigestContent['stories']
  readonly template: MailTemplate | undefined
}

/**
 * Whether its stories are as they were read. With the newsletter's row taken, as by whoever changes an article: what was changed
 * while it was rendered is seen here, and what is changed later finds this rendering, and takes it away.
 */
async function isAsRead(trx: InTransaction, reader: Reader, { told, stories }: Source): Promise<boolean> {
  if (told.length === 0) return true
  await sql`select from newsletters where id = ${reader.newsletter_id} for share`.execute(trx)
  return JSON.stringify(await readVisible(trx, told)) === JSON.stringify(stories)
}

const inWords = ({ first_digest_at, time_zone, language }: Reader) =>
  first_digest_at && instantInWords({ at: first_digest_at, timeZone: time_zone }, language)

/** Without a template none is made, and none is owed any more. */
export function storeFirst(context: Context, reader: Reader, source: Source): Promise<Done> {
  const { confirmation_id, subscription_id } = reader
  const { told, further, template } = source
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    if (!(await isAsRead(trx, reader, source))) return 'changed'
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
          ${inWords(reader)}, ${now}
        from subscribers where id = ${reader.subscriber_id}
        returning id)
      update welcomes set message_id = made.id, rendering_id = ${renderingId}, further_count = ${further},
        first_digest_at = ${reader.first_digest_at}, failures = 0
      from made where confirmation_id = ${confirmation_id}`.execute(trx)
    if (told.length > 0) {
      await sql`
        insert into welcome_articles (confirmation_id, position, article_id, topic_id, can_be_fewer)
        select ${confirmation_id}, t.position, t.id, t.topic, t.can_be_fewer
        from unnest(${told.map(({ id }) => id)}::bigint[], ${told.map(({ topic }) => topic)}::bigint[],
          ${told.map(({ canBeFewer }) => canBeFewer)}::boolean[]) with ordinality as t (id, topic, can_be_fewer, position)`.execute(
        trx,
      )
      await sql`
        update subscriptions set read_until = greatest(read_until, ${reader.windowEnd}) where id = ${subscription_id}`.execute(
        trx,
      )
    }
    return 'made'
  })
}

/** The welcome before its message, as nobody takes them the other way round. */
export function storeAnew(context: Context, reader: Reader, source: Source): Promise<Done> {
  const { template } = source
  if (!template) throw new Error('it could not be rendered anew')
  return context.db.transaction().execute(async (trx) => {
    if (!(await isAsRead(trx, reader, source))) return 'changed'
    const { rows } = await sql`
      select from welcomes
      where confirmation_id = ${reader.confirmation_id} and rendering_id is not distinct from ${reader.rendering_id}::bigint
      for no key update`.execute(trx)
    if (rows.length === 0) return 'none' // another process was faster
    const { rows: waiting } = await sql`
      select from messages where id = ${reader.message_id} and state = 'pending' for no key update`.execute(trx)
    if (waiting.length === 0) return 'none'
    const renderingId = await storeRendering(trx, template, context.clock.now())
    await sql`
      update welcomes set rendering_id = ${renderingId}, first_digest_at = ${reader.first_digest_at}, failures = 0
      where confirmation_id = ${reader.confirmation_id}`.execute(trx)
    await sql`
      update messages set rendering_id = ${renderingId}, first_digest = ${inWords(reader)}
      where id = ${reader.message_id}`.execute(trx)
    return 'made'
  })
}
