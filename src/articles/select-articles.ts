import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../platform/database/schema.ts'
import { type Candidate, rankArticles } from './rank-articles.ts'

/** So many are ranked for a group of readers: the pinned ones and the newest. */
const rankedPerGroup = 200

export type Selection = {
  readonly group: number
  /** Best first. */
  readonly articleIds: readonly number[]
  /** How many there are with those that are not shown. */
  readonly total: number
}

/**
 * What each group of readers is told: the articles available in `(since, windowEnd]` that match its topics. `groups` is a query
 * for `number`, `since` and `topic_ids`, null where every topic is read; each is shown `most` at most. A group that nothing is there for is left out.
 */
export async function selectArticles(
  db: Database,
  newsletterId: number,
  windowEnd: Date,
  groups: RawBuilder<unknown>,
  most: number,
): Promise<Selection[]> {
  const { rows } = await sql<{ group: number; candidates: Candidate[]; total: number }>`
    select g.number::int as "group", found.candidates, found.total
    from (${groups}) as g, lateral (
      select coalesce(max(total), 0)::int as total, coalesce(json_agg(json_build_object(
        'id', id, 'newsAt', round(extract(epoch from news_at) * 1000), 'pinnedAt', round(extract(epoch from pinned_at) * 1000),
        'hasPicture', image_url is not null, 'place', place,
        'topic', (
          select t.id from article_topics x join topics t on t.id = x.topic_id
          where x.article_id = newest.id order by t.name, t.id limit 1))), '[]') as candidates
      from (
        select a.id, a.pinned_at, a.image_url, greatest(a.published_at, a.available_from) as news_at,
          array_position(f.item_order, a.id) - 1 as place, count(*) over () as total
        from articles a join feeds f on f.id = a.feed_id
        where ${isNews(newsletterId, windowEnd)}
        order by a.pinned_at desc nulls last, news_at desc, a.id desc
        limit ${rankedPerGroup}
      ) as newest
    ) as found
    where found.total > 0`.execute(db)
  return rows.map(({ group, candidates, total }) => ({
    group,
    articleIds: rankArticles(candidates, most).map(({ id }) => id),
    total,
  }))
}

/** How many there are for such a group, as they are now, but for those that it is shown. */
export async function countFurther(
  db: Database,
  newsletterId: number,
  windowEnd: Date,
  group: { readonly since: Date; readonly topicChoiceId: number | null; readonly shown: readonly number[] },
): Promise<number> {
  const { rows } = await sql<{ further: number }>`
    select count(*) as further
    from (select ${group.since}::timestamptz as since, case when ${group.topicChoiceId}::bigint is not null then array(
      select topic_id from topic_choice_topics where topic_choice_id = ${group.topicChoiceId}) end as topic_ids) as g, articles a
    where ${isNews(newsletterId, windowEnd)} and a.id <> all(${[...group.shown]}::bigint[])`.execute(db)
  return rows[0]?.further ?? 0
}

/** Of an article `a`: it is told to a group `g`. */
const isNews = (newsletterId: number, windowEnd: Date) => sql`
  a.newsletter_id = ${newsletterId} and a.eligible and a.hidden_at is null
  and a.available_at > g.since and a.available_at <= ${windowEnd}
  and ${matches(sql`a.id`)}
  and (a.same_story_as is null or not ${isToldByAnother})`

const matches = (articleId: RawBuilder<unknown>) => sql`(g.topic_ids is null or exists (
  select from article_topics t where t.article_id = ${articleId} and t.topic_id = any(g.topic_ids)))`

/**
 * The first of those that tell a story, and that the group reads of, is told: another feed may have it under topics of its own.
 * What a publisher decides holds for all that tell it.
 */
const isToldByAnother = sql`exists (
  select from articles b
  where (b.id = a.same_story_as or b.same_story_as = a.same_story_as) and b.id < a.id and ${matches(sql`b.id`)})`
