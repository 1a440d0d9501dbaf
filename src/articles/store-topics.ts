import { sql } from 'kysely'
import type { InTransaction } from '../platform/database/schema.ts'
import type { TopicName } from './normalise-item.ts'

/** Slug → id of a newsletter's topics, adding those that are new. A topic keeps the name it was first given. */
export async function findOrAddTopics(
  trx: InTransaction,
  newsletterId: number,
  topics: readonly TopicName[],
): Promise<ReadonlyMap<string, number>> {
  const names = new Map(topics.map(({ slug, name }) => [slug, name]))
  if (names.size === 0) return new Map()
  const slugs = [...names.keys()]
  const found = await findTopics(trx, newsletterId, slugs)
  const missing = slugs.filter((slug) => !found.has(slug))
  if (missing.length === 0) return found
  await trx
    .insertInto('topics')
    .values(missing.map((slug) => ({ newsletter_id: newsletterId, slug, name: names.get(slug) ?? slug })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return findTopics(trx, newsletterId, slugs)
}

type WithTopics = { readonly id: number; readonly topics: readonly TopicName[] }

/** Makes the topics of each article those that its feed gives it now, and those that others added. */
export async function storeArticleTopics(
  trx: InTransaction,
  topicIds: ReadonlyMap<string, number>,
  articles: readonly WithTopics[],
): Promise<void> {
  const ids = articles.map(({ id }) => id)
  await sql`delete from article_topics where article_id = any(${ids}::bigint[]) and not is_added`.execute(trx)
  await insertTopics(trx, topicIds, articles, false)
}

/** Adds topics that another feed gives an article, which stay whatever its own feed gives it later. */
export const addArticleTopics = (
  trx: InTransaction,
  topicIds: ReadonlyMap<string, number>,
  articles: readonly WithTopics[],
): Promise<void> => insertTopics(trx, topicIds, articles, true)

async function insertTopics(
  trx: InTransaction,
  topicIds: ReadonlyMap<string, number>,
  articles: readonly WithTopics[],
  is_added: boolean,
): Promise<void> {
  const rows = articles.flatMap(({ id, topics }) =>
    topics.flatMap(({ slug }, place) => {
      const topic_id = topicIds.get(slug)
      return topic_id === undefined ? [] : [{ article_id: id, topic_id, place, is_added }]
    }),
  )
  if (rows.length === 0) return
  await trx
    .insertInto('article_topics')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function findTopics(trx: InTransaction, newsletterId: number, slugs: string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ slug: string; id: number }>`
    select slug, id from topics where newsletter_id = ${newsletterId} and slug = any(${slugs}::text[])`.execute(trx)
  return new Map(rows.map(({ slug, id }) => [slug, id]))
}
