// What anybody may read of the digests: lists of them, and each as it was laid out for its mail.
import { type RawBuilder, sql } from 'kysely'
import type { DigestProps } from '../../emails/components/digest-props.ts'
import { type Edition, editionOf } from '../../emails/components/edition.ts'
import { dateLine } from '../../emails/components/in-words.ts'
import { type Direction, directionOf, languageTag } from '../../emails/components/language.ts'
import { knownLanguage, messagesFor } from '../../emails/messages.ts'
import type { ToldArticle } from '../articles/select-articles.ts'
import type { Context } from '../platform/context.ts'
import type { Database, Row } from '../platform/database/schema.ts'
import { type AtOnce, type Kept, kept } from '../platform/kept.ts'
import { perContext } from '../platform/per-context.ts'
import { cleanText } from '../platform/text.ts'
import { readStories } from './digest-mail.ts'

export { betweenPieces, type Edition, type Item, unbroken } from '../../emails/components/edition.ts'
export { dateLine } from '../../emails/components/in-words.ts'

/** Where a page of the archive begins: after this digest. */
export type ArchiveKey = { readonly editionDate: string; readonly digestId: number }

export type ArchiveFilter = {
  readonly newsletterId?: number | undefined
  /** A topic's slug. */
  readonly topic?: string | undefined
  /** As people search: words, "phrases", -without. */
  readonly words?: string | undefined
  /** The first and the last day, `YYYY-MM-DD`. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly after?: ArchiveKey | undefined
}

/** A digest as its mail shows it, without anything that is a reader's own. */
export type PublicDigest = ArchiveKey & {
  readonly language: string
  readonly direction: Direction
  /** The edition's day in words. */
  readonly date: string
  readonly publishedAt: Date
  readonly newsletterName: string
  readonly newsletterId: number
  readonly newsletterSlug: string
  readonly edition: Edition
  readonly furtherCount: number
  /** When it was published, or a story of it was last corrected. */
  readonly changedAt: Date
  /** The words that the mail has. `lang` where they are not in the digest's language. */
  readonly words: { readonly inBrief: string; readonly further: string; readonly lang: string | undefined }
}

/** The newest digests first, with their stories. By an index of public_digests; the filter decides which. */
export async function findPublicDigests(
  context: Context,
  filter: ArchiveFilter,
  limit: number,
): Promise<PublicDigest[]> {
  const { newsletterId, topic, words, from, to, after } = filter
  const conditions: RawBuilder<unknown>[] = [hasStories]
  if (newsletterId !== undefined) conditions.push(sql`p.newsletter_id = ${newsletterId}`)
  if (topic !== undefined) conditions.push(sql`p.topics @> array[${topic}]`)
  if (words !== undefined) conditions.push(sql`p.words @@ ${searchFor(words)}`)
  if (from !== undefined) conditions.push(sql`p.edition_date >= ${from}::date`)
  if (to !== undefined) conditions.push(sql`p.edition_date <= ${to}::date`)
  if (after) conditions.push(sql`(p.edition_date, p.digest_id) < (${after.editionDate}::date, ${after.digestId})`)
  return readDigests(
    context,
    sql`where ${sql.join(conditions, sql` and `)} order by p.edition_date desc, p.digest_id desc limit ${limit}`,
  )
}

const unspaced = /[々〆〇぀-ヿ㐀-䶿一-鿿]+/g

/**
 * As search engines read it: words, "quoted ones", or, -without. Without quotes a word finds longer ones that begin with it; letters of a script
 * that has no spaces between words are looked for as they stand together.
 */
function searchFor(words: string): RawBuilder<unknown> {
  const quoted = words.includes('"') ? words : words.replace(unspaced, ' "$&" ')
  const query = sql`websearch_to_tsquery('simple', search_text(${quoted}))`
  return sql`regexp_replace(${query}::text, ${"('[[:alpha:]]{4,}')"}, ${words.includes('"') ? '\\1' : '\\1:*'}, 'g')::tsquery`
}

/** Undefined where there is none of that id, or it is not public. */
export async function findPublicDigest(context: Context, digestId: number): Promise<PublicDigest | undefined> {
  const [digest] = await readDigests(context, sql`where p.digest_id = ${digestId}`)
  return digest
}

export type ArchiveTopic = { readonly slug: string; readonly name: string }

const shownTopics = 24
/** Three years of a daily digest. */
const countedDigests = 1_000
const keptTopics = perContext<number | undefined, Kept<readonly ArchiveTopic[]>>()

/**
 * What the archive is narrowed by, by name: the 24 topics that most of the newest 1,000 digests have, of one newsletter or of
 * all. Newsletters that call a topic the same share it. Up to a minute old.
 */
export function archiveTopics(context: Context, newsletterId: number | undefined): AtOnce<readonly ArchiveTopic[]> {
  return kept(context, keptTopics(context), newsletterId, () => countTopics(context.db, newsletterId))
}

/** By public_digests_newest, or public_digests_newsletter; their topics by the unique slugs of a newsletter. */
async function countTopics(db: Database, newsletterId: number | undefined): Promise<readonly ArchiveTopic[]> {
  const { rows } = await sql<ArchiveTopic>`
    with newest as (
      select newsletter_id, topics from public_digests
      ${newsletterId === undefined ? sql`` : sql`where newsletter_id = ${newsletterId}`}
      order by edition_date desc, digest_id desc limit ${countedDigests}
    ), used as (
      select newsletter_id, slug, count(*) as uses from newest, unnest(topics) as slug group by newsletter_id, slug
    ), most as (
      select t.slug, (array_agg(t.name order by uses desc, t.id))[1] as name
      from used join topics t on t.newsletter_id = used.newsletter_id and t.slug = used.slug
      group by t.slug order by sum(uses) desc, t.slug limit ${shownTopics}
    )
    select slug, name from most order by name`.execute(db)
  return rows
}

/** The digests of the same newsletter just before and after. By public_digests_newsletter. */
export async function findNeighbours(
  { db }: Context,
  digest: PublicDigest,
): Promise<{ readonly earlier: number | undefined; readonly later: number | undefined }> {
  const here = sql`(${digest.editionDate}::date, ${digest.digestId}::bigint)`
  const { rows } = await sql<{ earlier: number | null; later: number | null }>`
    select
      (select digest_id from public_digests p where newsletter_id = ${digest.newsletterId} and ${hasStories}
         and (edition_date, digest_id) < ${here} order by edition_date desc, digest_id desc limit 1) as earlier,
      (select digest_id from public_digests p where newsletter_id = ${digest.newsletterId} and ${hasStories}
         and (edition_date, digest_id) > ${here} order by edition_date, digest_id limit 1) as later`.execute(db)
  return { earlier: rows[0]?.earlier ?? undefined, later: rows[0]?.later ?? undefined }
}

/** The ids of the newest, for programs that want to know all there is. By public_digests_newest. */
export async function listPublicDigests(
  { db }: Context,
  limit: number,
): Promise<Pick<Row<'public_digests'>, 'digest_id' | 'published_at'>[]> {
  const { rows } = await sql<Pick<Row<'public_digests'>, 'digest_id' | 'published_at'>>`
    select digest_id, published_at from public_digests p where ${hasStories}
    order by edition_date desc, digest_id desc limit ${limit}`.execute(db)
  return rows
}

/** Of a public digest `p`: its publisher has not hidden all of it. */
const hasStories = sql<boolean>`exists (
  select from digest_articles d join articles a on a.id = d.article_id
  where d.digest_id = p.digest_id and a.hidden_at is null)`

type Found = Pick<Row<'digests'>, 'id' | 'language' | 'frequency' | 'edition_date' | 'further_count'> & {
  readonly newsletter_id: number
  readonly name: string
  readonly slug: string
  readonly published_at: Date
  readonly changed_at: Date
}

async function readDigests(context: Context, which: RawBuilder<unknown>): Promise<PublicDigest[]> {
  const { rows } = await sql<Found>`
    select g.id, n.language, g.frequency, g.edition_date, g.further_count, p.newsletter_id, n.name, n.slug, p.published_at,
      greatest(p.published_at, (select max(a.changed_at) from digest_articles d join articles a on a.id = d.article_id
        where d.digest_id = g.id)) as changed_at
    from public_digests p join digests g on g.id = p.digest_id join newsletters n on n.id = p.newsletter_id
    ${which}`.execute(context.db)
  const stories = await storiesOf(
    context.db,
    rows.map(({ id }) => id),
  )
  return rows.flatMap((row) => {
    const shown = stories.get(row.id) ?? []
    return shown.length === 0 ? [] : [laidOut(row, shown)]
  })
}

/** The stories of each digest, in order, without those that the publisher has hidden since. */
async function storiesOf(db: Database, digestIds: readonly number[]): Promise<Map<number, DigestProps['stories']>> {
  const { rows } = await sql<ToldArticle & { digest_id: number }>`
    select d.digest_id, d.article_id as id, d.topic_id as topic, d.can_be_fewer as "canBeFewer" from digest_articles d join articles a on a.id = d.article_id
    where d.digest_id = any(${[...digestIds]}::bigint[]) and a.hidden_at is null
    order by d.digest_id, d.position`.execute(db)
  const told = await readStories(db, rows)
  const stories = new Map<number, DigestProps['stories']>()
  for (const [index, { digest_id }] of rows.entries()) {
    const story = told[index]
    if (story) stories.set(digest_id, [...(stories.get(digest_id) ?? []), story])
  }
  return stories
}

function laidOut(row: Found, stories: Parameters<typeof editionOf>[0]['stories']): PublicDigest {
  const { language } = row
  const edition = editionOf({ stories, language, frequency: row.frequency })
  const { inBrief, further } = messagesFor(language).digest
  return {
    digestId: row.id,
    newsletterId: row.newsletter_id,
    newsletterName: cleanText(row.name),
    newsletterSlug: row.slug,
    language: languageTag(language),
    direction: directionOf(language),
    editionDate: row.edition_date,
    date: dateLine(row.edition_date, language),
    publishedAt: row.published_at,
    changedAt: row.changed_at,
    edition,
    furtherCount: row.further_count,
    words: {
      inBrief,
      further: further({ count: row.further_count }),
      lang: knownLanguage(language) ? undefined : 'en',
    },
  }
}
