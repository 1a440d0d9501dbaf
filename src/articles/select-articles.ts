import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../platform/database/schema.ts'
import { type Candidate, rankArticles, windowParts } from './rank-articles.ts'

/** So many are ranked for a group of readers at most: the pinned ones, and of each topic and part of the window the best. */
const rankedPerGroup = 600

/** An article as a digest tells it. */
export type ToldArticle = {
  readonly id: number
  /** The topic under which it is shown: of those that its readers chose, the first that its feed gives it. */
  readonly topic: number | null
  /** Its readers have other topics too, and without this one they would not be told of it. */
  readonly canBeFewer: boolean
}

export type Selection = {
  readonly group: number
  /** Best first. */
  readonly articles: readonly ToldArticle[]
  /** How many there are with those that are not shown. */
  readonly total: number
}

/** Readers who are told alike. */
export type Group = {
  readonly since: Date
  /** Null: they were told all that matches up to `since`. */
  readonly toldFrom: Date | null
  /** Null: every topic. */
  readonly topicIds: readonly number[] | null
}

/** The groups of {@link selectArticles}, where there is this one. */
export const oneGroup = ({ since, toldFrom, topicIds }: Group) => sql`
  select 1 as number, ${since}::timestamptz as since, coalesce(${toldFrom}::timestamptz, '-infinity') as told_from,
    ${topicIds}::bigint[] as topic_ids`

/**
 * What each group of readers is told: the articles available in `(since, windowEnd]` that match its topics. `groups` is a query
 * for `number`, `since`, `told_from` and `topic_ids`, null where every topic is read. What was available in `(told_from, since]`
 * and matches, the group was told. Each is shown `most` at most. A group that nothing is there for is left out.
 */
export async function selectArticles(
  db: Database,
  newsletterId: number,
  windowEnd: Date,
  groups: RawBuilder<unknown>,
  most: number,
): Promise<Selection[]> {
  // Of each topic and part of the window those are ranked that could be among the best: the newest, and those that were furthest up.
  const { rows } = await sql<{
    group: number
    candidates: (Candidate & ToldArticle)[]
    start: number
    total: number
  }>`
    select g.number::int as "group", found.candidates, found.start, found.total
    from (${groups}) as g, lateral (
      with news as (
        select a.id, a.feed_id, a.pinned_at, a.image_url, a.best_place, greatest(a.published_at, a.available_from) as news_at,
          topics[1] as topic_id, cardinality(topics) = 1 and (g.topic_ids is null or cardinality(g.topic_ids) > 1) as can_be_fewer,
          count(*) over () as total, min(a.available_at) over () as start
        from articles a, lateral (select array(
          select t.topic_id from article_topics t
          where t.article_id = a.id and (g.topic_ids is null or t.topic_id = any(g.topic_ids))
          order by t.is_added, t.place, t.topic_id) as topics offset 0) as filed
        where ${isNews(newsletterId, windowEnd)} and (g.topic_ids is null or topics <> '{}')
      ), parts as (
        select *, date_bin(greatest(make_interval(hours => ${windowParts.hours}), (${windowEnd}::timestamptz - start) / ${windowParts.most}::int),
          news_at, ${windowEnd}::timestamptz) as part
        from news
      ), placed as (
        select *, least(
          row_number() over (partition by coalesce(topic_id, -feed_id), part order by news_at desc, id desc),
          row_number() over (partition by coalesce(topic_id, -feed_id), part order by best_place, news_at desc, id desc)) as nth
        from parts
      ), best as (
        select * from placed where nth <= ${most} or pinned_at is not null
        order by pinned_at desc nulls last, nth, news_at desc, id desc
        limit ${rankedPerGroup}
      )
      select coalesce(max(total), 0)::int as total, round(extract(epoch from min(start)) * 1000)::float8 as start,
        coalesce(json_agg(json_build_object(
          'id', id, 'newsAt', round(extract(epoch from news_at) * 1000), 'pinnedAt', round(extract(epoch from pinned_at) * 1000),
          'hasPicture', image_url is not null, 'place', best_place, 'topic', topic_id, 'feed', feed_id,
          'canBeFewer', can_be_fewer)), '[]') as candidates
      from best
    ) as found
    where found.total > 0`.execute(db)
  return rows.map(({ group, candidates, start, total }) => ({
    group,
    articles: rankArticles(candidates, { start, end: windowEnd.getTime() }, most).map(({ id, topic, canBeFewer }) => ({
      id,
      topic,
      canBeFewer,
    })),
    total,
  }))
}

/** How many there are for such a group, as they are now, but for those that it is shown. */
export async function countFurther(
  db: Database,
  newsletterId: number,
  windowEnd: Date,
  group: {
    readonly since: Date
    readonly toldFrom: Date | null
    readonly topicChoiceId: number | null
    readonly shown: readonly number[]
  },
): Promise<number> {
  const { rows } = await sql<{ further: number }>`
    select count(*) as further
    from (select ${group.since}::timestamptz as since, coalesce(${group.toldFrom}::timestamptz, '-infinity') as told_from,
      case when ${group.topicChoiceId}::bigint is not null then array(
      select topic_id from topic_choice_topics where topic_choice_id = ${group.topicChoiceId}) end as topic_ids) as g, articles a
    where ${isNews(newsletterId, windowEnd)} and ${matches(sql`a.id`)} and a.id <> all(${[...group.shown]}::bigint[])`.execute(
    db,
  )
  return rows[0]?.further ?? 0
}

/** Of an article `a`: it is told to a group `g`, if it matches its topics. */
const isNews = (newsletterId: number, windowEnd: Date) => sql`
  a.newsletter_id = ${newsletterId} and a.eligible and a.hidden_at is null
  and a.available_at > g.since and a.available_at <= ${windowEnd}
  and (a.same_story_as is null or not ${isToldByAnother(windowEnd)})`

const matches = (articleId: RawBuilder<unknown>) => sql`(g.topic_ids is null or exists (
  select from article_topics t where t.article_id = ${articleId} and t.topic_id = any(g.topic_ids)))`

/**
 * Of those that tell a story, a group is told the first that it reads of: another feed may have it under topics of its own. That
 * is one of this window, or one that the group is known to have been told.
 */
const isToldByAnother = (windowEnd: Date) => sql`exists (
  select from articles b
  where ${isTelling} and b.available_at > g.told_from and b.available_at <= ${windowEnd}
    and ${matches(sql`b.id`)})`

/** An article `b` tells the story of `a`, and was stored before it. */
export const isTelling = sql`(b.id = a.same_story_as or b.same_story_as = a.same_story_as) and b.id < a.id
  and b.eligible and b.hidden_at is null`
