import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database, Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { perContext } from '../platform/per-context.ts'

export type Newsletter = Row<'newsletters'>

export type Topic = { readonly slug: string; readonly name: string }

/** A newsletter; without a slug, the oldest one. Throws `invalid_input` when there is none of that name. */
export async function getNewsletter(db: Database, slug?: string): Promise<Newsletter> {
  let query = db.selectFrom('newsletters').selectAll().orderBy('id').limit(1)
  if (slug !== undefined) query = query.where('slug', '=', slug)
  const newsletter = await query.executeTakeFirst()
  if (!newsletter) {
    const message = 'There is no newsletter of that name.'
    throw new PublicError('invalid_input', message, { fields: { newsletter: message } })
  }
  return newsletter
}

/** The topic of a newsletter with that slug, if there is one. */
export async function findTopic(db: Database, newsletterId: number, slug: string): Promise<Topic[]> {
  if (slug.length > longestSlug || slug.includes('\0')) return []
  const topics = db.selectFrom('topics').select(['slug', 'name']).where('newsletter_id', '=', newsletterId)
  return topics.where('slug', '=', slug).execute()
}

/** The slugs of all topics of a newsletter; undefined where there are more than a reader can choose one by one. */
export async function allTopics(db: Database, newsletterId: number): Promise<string[] | undefined> {
  const topics = db.selectFrom('topics').select('slug').where('newsletter_id', '=', newsletterId)
  const rows = await topics.limit(mostTopics + 1).execute()
  return rows.length > mostTopics ? undefined : rows.map(({ slug }) => slug)
}

/** A choice is found by the ids of its topics, written one after the other in an index that takes 2,700 bytes. */
export const mostTopics = 250

const longestSlug = 100
const shownTopics = 24
/** They change as slowly as their uses do, and to count those takes longer than all else that a page needs. */
const keptMs = 60_000

type Kept = { readonly at: number; readonly topics: readonly Topic[] }
const keptIn = perContext<number, Kept>()

/**
 * The topics that a form offers, by name: feeds can invent categories without end, so these are the 24 most in use in the
 * last two weeks. Up to a minute old.
 */
export async function offeredTopics(context: Context, newsletterId: number): Promise<readonly Topic[]> {
  const kept = keptIn(context)
  const now = context.clock.now().getTime()
  const known = kept.get(newsletterId)
  if (known && Math.abs(now - known.at) < keptMs) return known.topics
  const { rows: topics } = await sql<Topic>`
    with used as (
      select x.topic_id, count(*) as uses
      from articles a join article_topics x on x.article_id = a.id
      where a.newsletter_id = ${newsletterId} and a.eligible and a.first_seen_at > now() - interval '14 days'
      group by x.topic_id
    ), ranked as (
      select t.*, row_number() over (order by coalesce(used.uses, 0) desc, t.name) as place
      from topics t left join used on used.topic_id = t.id
      where t.newsletter_id = ${newsletterId}
    )
    select slug, name from ranked where place <= ${shownTopics} order by name`.execute(context.db)
  kept.set(newsletterId, { at: now, topics })
  return topics
}
