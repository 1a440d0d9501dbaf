// What the readers of a slice get: what is new to each, of the topics that they chose.
import { type RawBuilder, sql } from 'kysely'
import { isTelling, selectArticles } from '../articles/select-articles.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import type { DigestRun } from './open-run.ts'

/**
 * What each group of readers in `due` gets, as the table `contents`. Readers whose `readUntil` differ but with no article in between get the same, so it
 * is first moved back to the last article before it. From when on they were told matters only to a story of their window that was told
 * before: it is moved back to the last instant after which one more of those is news to them. So who gets the same is one group, however many came lately.
 */
export async function chooseContents({ config }: Context, trx: InTransaction, run: DigestRun): Promise<void> {
  await sql`
    create temporary table wanted on commit drop as
    with readers as materialized (
      select distinct language, frequency, edition_date, read_until, told_from, choice from due where is_clear
    ), starts as materialized (
      select read_until, coalesce((
        select max(a.available_at) from articles a
        where a.newsletter_id = ${run.newsletterId} and a.eligible and a.hidden_at is null
          and a.available_at <= read_until), '-infinity') as since
      from (select distinct read_until from readers) as distinct_starts
    ), late as materialized (
      select distinct since, choice, told_from from readers join starts using (read_until) where told_from > '-infinity'
    ), retold as materialized (
      select a.id, a.available_at, b.available_at as told_at, ${topicsOf(sql`a.id`)} as topics, ${topicsOf(sql`b.id`)} as told_topics
      from articles a, articles b
      where a.newsletter_id = ${run.newsletterId} and a.eligible and a.hidden_at is null and a.same_story_as is not null
        and a.available_at > (select min(since) from late) and a.available_at <= ${run.windowEnd}
        and ${isTelling} and b.available_at <= ${run.windowEnd}
    ), turns as materialized (
      select since, choice, array_agg(distinct told_at) as instants
      from (
        -- news to whom was told from then on: the last of the tellings before
        select g.since, g.choice, max(r.told_at) as told_at
        from (select since, choice, array(select topic_id from topic_choice_topics where topic_choice_id = choice) as topics
            from (select distinct since, choice from late) as distinct_choices) as g
          join retold r on r.available_at > g.since and (g.choice = 0 or (r.topics && g.topics and r.told_topics && g.topics))
        group by g.since, g.choice, r.id) as stories
      group by since, choice
    ), reaches as materialized (
      select late.*, (select max(instant) from unnest(turns.instants) as instant where instant <= told_from) as reach
      from late join turns using (since, choice)
    ), reached as (
      select readers.*, since, coalesce(reach, '-infinity') as reach
      from readers join starts using (read_until) left join reaches using (since, choice, told_from)
    )
    select *, dense_rank() over (order by since, reach, choice) as number from reached`.execute(trx)
  const selections = await selectArticles(
    trx,
    run.newsletterId,
    run.windowEnd,
    sql`
      select distinct number, since, reach as told_from, case when choice <> 0 then array(
        select topic_id from topic_choice_topics where topic_choice_id = choice) end as topic_ids
      from wanted`,
    config.storiesPerDigest,
  )
  const rows = selections.map(({ group, articles, total }) => ({ number: group, articles, total }))
  await sql`
    create temporary table contents on commit drop as
    select language, frequency, edition_date, read_until, told_from, choice, articles, total,
      md5(articles::text || ' of ' || total) as content_key, null::bigint as digest_id
    from wanted join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as selected (number bigint, articles jsonb, total int) using (number)`.execute(trx)
}

const topicsOf = (articleId: RawBuilder<unknown>) =>
  sql`array(select t.topic_id from article_topics t where t.article_id = ${articleId})`
