// A digest as it would be sent, by the code that sends. Reads only.

import { sql } from 'kysely'
import { writtenDays } from '../../emails/components/in-words.ts'
import { knownLanguage, languages, spoken } from '../../emails/messages.ts'
import { type Group, oneGroup, selectArticles } from '../articles/select-articles.ts'
import type { MarkedMail } from '../delivery/mail-template.ts'
import { filledDay } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { Frequency, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { type DigestContent, digestMail, readStories } from './digest-mail.ts'

/** So many topics are named to who asks for one that there is not. */
const namedTopics = 24

type Topical = {
  /** By slug or name. None: all. */
  readonly topics: readonly string[]
  /** Unset: now. */
  readonly at?: Date | undefined
  /** Unset: `daily`. */
  readonly frequency?: Frequency | undefined
  /** A tag of a language that readers are spoken to in. Unset: the newsletter's. */
  readonly language?: string | undefined
}

/** For a reader, by the key of their address, as of now; or for readers of these topics, of what was new to them at an instant. */
export type PreviewFor = { readonly addressKey: string } | Topical

export type DigestPreview = Pick<MarkedMail, 'subject' | 'html' | 'text'> & {
  readonly newsletter: string
  readonly editionDate: string
  readonly frequency: Frequency
  readonly language: string
  /** For whom: `subscriber-7`, by their number, or the slugs of the topics with a + between, or `all-topics`. */
  readonly readers: string
  readonly stories: number
  readonly further: number
}

/** Throws PublicError where there is no such newsletter, reader or topic, or nothing new. */
export async function previewDigest(
  context: Context,
  whom: PreviewFor,
  { newsletterSlug }: { newsletterSlug?: string | undefined } = {},
): Promise<DigestPreview> {
  const { content, confirmedOn, readers } = await context.db
    .transaction()
    .setAccessMode('read only')
    .execute((trx) => readContent(context, trx, whom, newsletterSlug))
  const { subject, html, text } = await digestMail(context, content, {
    unsubscribeToken: 'preview',
    preferencesToken: 'preview',
    unsubscribeMailToken: 'preview',
    replyMailToken: 'preview',
    confirmedOn: filledDay(confirmedOn, writtenDays(spoken(content.digest.language))),
  })
  const { digest, newsletter, stories } = content
  return {
    subject,
    html,
    text,
    newsletter: newsletter.slug,
    editionDate: digest.edition_date,
    frequency: digest.frequency,
    language: digest.language,
    readers,
    stories: stories.length,
    further: digest.further_count,
  }
}

type Newsletter = DigestContent['newsletter'] & { readonly id: number }

type Reading = Group & {
  readonly language: string
  readonly frequency: Frequency
  readonly until: Date
  readonly editionDate: string
  readonly confirmedOn: string
  readonly readers: string
}

async function readContent(
  context: Context,
  trx: InTransaction,
  whom: PreviewFor,
  newsletterSlug: string | undefined,
): Promise<{ content: DigestContent } & Pick<Reading, 'confirmedOn' | 'readers'>> {
  const newsletter = await trx
    .selectFrom('newsletters as n')
    .select(['id', 'slug', 'name', 'language', isFirstNewsletter.as('isFirst')])
    .$if(newsletterSlug !== undefined, (query) => query.where('slug', '=', newsletterSlug ?? ''))
    .orderBy('id')
    .executeTakeFirst()
  if (!newsletter) throw new PublicError('not_found', 'There is no newsletter of that name: check how it is spelled.')
  const reading =
    'addressKey' in whom
      ? await readReader(context, trx, newsletter, whom.addressKey)
      : await readTopics(context, trx, newsletter, whom)
  const { language, frequency, since, until, editionDate, confirmedOn, readers } = reading
  const [selection] = await selectArticles(
    trx,
    newsletter.id,
    until,
    oneGroup(reading),
    context.config.storiesPerDigest,
  )
  if (!selection) {
    throw new PublicError('not_found', `Nothing is new from ${since.toISOString()} to ${until.toISOString()}.`)
  }
  const { articles, total } = selection
  const further_count = total - articles.length
  const digest = { language, frequency, edition_date: editionDate, further_count }
  return { content: { digest, newsletter, stories: await readStories(trx, articles) }, confirmedOn, readers }
}

async function readReader(
  { clock }: Context,
  trx: InTransaction,
  newsletter: Newsletter,
  addressKey: string,
): Promise<Reading> {
  const { rows } = await sql<Omit<Reading, 'topicIds'> & { topicIds: string[] | null }>`
    select s.language, s.frequency, s.read_until as since, s.told_from as "toldFrom", ${clock.sqlNow} as until,
      (${clock.sqlNow} at time zone s.time_zone)::date as "editionDate",
      (s.confirmed_at at time zone s.time_zone)::date as "confirmedOn", 'subscriber-' || r.id as readers,
      case when s.topic_choice_id is not null then array(
        select topic_id from topic_choice_topics where topic_choice_id = s.topic_choice_id) end as "topicIds"
    from subscribers r join subscriptions s on s.subscriber_id = r.id
    where r.email_key = ${addressKey} and s.newsletter_id = ${newsletter.id} and s.state = 'active'`.execute(trx)
  const [row] = rows
  if (!row) throw new PublicError('not_found', `No reader of ${newsletter.name} has that address.`)
  return { ...row, topicIds: row.topicIds?.map(Number) ?? null }
}

async function readTopics(
  { clock }: Context,
  trx: InTransaction,
  newsletter: Newsletter,
  { topics, at, frequency = 'daily', language }: Topical,
): Promise<Reading> {
  if (language !== undefined && knownLanguage(language) === undefined) {
    const message = `Readers are not spoken to in ${JSON.stringify(language)}: give one of ${languages.join(', ')}.`
    throw new PublicError('invalid_input', message)
  }
  const found = await Promise.all(topics.map((topic) => findTopic(trx, newsletter, topic)))
  const until = at ?? clock.now()
  return {
    language: language === undefined ? newsletter.language : spoken(language),
    frequency,
    since: new Date(until.getTime() - daysBefore(frequency, until) * 24 * 3_600_000),
    toldFrom: null,
    until,
    topicIds: topics.length > 0 ? found.map(({ id }) => id) : null,
    editionDate: until.toISOString().slice(0, 10),
    confirmedOn: until.toISOString().slice(0, 10),
    readers:
      [...new Set(found.map(({ slug }) => slug))].toSorted((one, other) => (one < other ? -1 : 1)).join('+') ||
      'all-topics',
  }
}

/** Back to the digest before: on weekdays to Friday's from Monday's. */
function daysBefore(frequency: Frequency, until: Date): number {
  if (frequency === 'weekly') return 7
  return frequency === 'weekdays' && until.getUTCDay() === 1 ? 3 : 1
}

type TopicFound = { readonly id: number; readonly slug: string }

/** By its slug or its name, however they are capitalised. Throws PublicError with the names that there are. */
async function findTopic(trx: InTransaction, newsletter: Newsletter, written: string): Promise<TopicFound> {
  const { rows } = await sql<TopicFound>`
    select id, slug from topics where newsletter_id = ${newsletter.id} and lower(${written}) in (slug, lower(name))
    order by slug = lower(${written}) desc, id limit 1`.execute(trx)
  const [topic] = rows
  if (topic) return topic
  const { rows: others } = await sql<{ slug: string; count: number }>`
    select t.slug, count(*) over ()::int as count from topics t
      left join (select topic_id, count(*) as uses from article_topics group by topic_id) as used on used.topic_id = t.id
    where t.newsletter_id = ${newsletter.id}
    order by used.uses desc nulls last, t.slug limit ${namedTopics}`.execute(trx)
  const further = (others[0]?.count ?? 0) - others.length
  const names = others.map(({ slug }) => slug).join(', ') + (further > 0 ? ` and ${further} more` : '')
  const are = others.length > 0 ? `Those most in use are ${names}.` : 'It has none yet.'
  throw new PublicError('not_found', `${newsletter.name} has no topic ${JSON.stringify(written)}. ${are}`)
}
