import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { isFirstNewsletter } from '../platform/database/first-newsletter.ts'
import type { Database, Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { type AtOnce, type Kept, kept } from '../platform/kept.ts'
import { perContext } from '../platform/per-context.ts'

export type { AtOnce } from '../platform/kept.ts'

export type Newsletter = Row<'newsletters'>

/** `isFirst`: it is the one that is meant where none is named. */
export type FoundNewsletter = Newsletter & { readonly isFirst: boolean }

export type Topic = { readonly id: number; readonly slug: string; readonly name: string }

/** A newsletter; without a slug, the oldest one. Throws `invalid_input` when there is none of that name. */
export async function getNewsletter(db: Database, slug?: string): Promise<FoundNewsletter> {
  const newsletters = db.selectFrom('newsletters as n').selectAll().select(isFirstNewsletter.as('isFirst'))
  let query = newsletters.orderBy('id').limit(1)
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
  const topics = db.selectFrom('topics').select(['id', 'slug', 'name']).where('newsletter_id', '=', newsletterId)
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
const keptTopics = perContext<number, Kept<readonly Topic[]>>()
const keptNewsletters = perContext<'all', Kept<readonly Newsletter[]>>()

/** All newsletters. Up to a minute old. */
export function newslettersByName(context: Context): AtOnce<readonly Newsletter[]> {
  const load = () => context.db.selectFrom('newsletters').selectAll().orderBy('name').execute()
  return kept(context, keptNewsletters(context), 'all', load)
}

/** Up to a minute old. */
export function newsletterName(context: Context, id: number): AtOnce<string> {
  const nameIn = (all: readonly Newsletter[]) => all.find((newsletter) => newsletter.id === id)?.name
  const all = newslettersByName(context)
  const known = all instanceof Promise ? undefined : nameIn(all)
  return known ?? lookUp()
  async function lookUp(): Promise<string> {
    const found = nameIn(await all)
    if (found !== undefined) return found
    keptNewsletters(context).clear() // it is newer than what is kept
    return nameIn(await newslettersByName(context)) ?? ''
  }
}

/** The topics of a choice, by name; `ids` as `topic_choices.choice_key` has them. Names are up to a minute old. */
export function topicsById(context: Context, newsletterId: number, ids: string): AtOnce<readonly Topic[]> {
  const wanted = ids.split(',').map(Number)
  const offered = offeredTopics(context, newsletterId)
  if (offered instanceof Promise) return offered.then((topics) => topicsAmong(context, topics, wanted))
  return topicsAmong(context, offered, wanted)
}

function topicsAmong(context: Context, offered: readonly Topic[], wanted: readonly number[]): AtOnce<readonly Topic[]> {
  const topics = offered.filter(({ id }) => wanted.includes(id))
  return topics.length === wanted.length ? topics : withFurther(context, topics, wanted)
}

async function withFurther(
  context: Context,
  topics: readonly Topic[],
  wanted: readonly number[],
): Promise<readonly Topic[]> {
  const further = wanted.filter((id) => !topics.some((topic) => topic.id === id))
  const rows = await context.db.selectFrom('topics').select(['id', 'slug', 'name']).where('id', 'in', further).execute()
  return sortedByName([...topics, ...rows])
}

export const sortedByName = (topics: readonly Topic[]) => topics.toSorted((a, b) => a.name.localeCompare(b.name))

/**
 * The topics that a form offers, by name: feeds can invent categories without end, so these are the 24 most in use in the
 * last two weeks. Up to a minute old.
 */
export function offeredTopics(context: Context, newsletterId: number): AtOnce<readonly Topic[]> {
  return kept(context, keptTopics(context), newsletterId, () => countTopics(context.db, newsletterId))
}

async function countTopics(db: Database, newsletterId: number): Promise<readonly Topic[]> {
  const { rows } = await sql<Topic>`
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
    select id, slug, name from ranked where place <= ${shownTopics} order by name`.execute(db)
  return rows
}
