// What the readers of a slice get: what is new to each, of the topics that they chose.
import { sql } from 'kysely'
import { retoldDays } from '../articles/same-story.ts'
import { selectArticles } from '../articles/select-articles.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import type { DigestRun } from './open-run.ts'

/**
 * What each group of readers in `due` gets, as the table `contents`. Readers whose `readUntil` differ but with no article in between get the same, so it
 * is first moved back to the last article before it; likewise from when on they were told, which matters to stories told again.
 */
export async function chooseContents({ config }: Context, trx: InTransaction, run: DigestRun): Promise<void> {
  await sql`
    create temporary table wanted on commit drop as
    with readers as materialized (
      select distinct language, frequency, edition_date, read_until, told_from, choice from due where is_clear
    ), starts as (
      select read_until, coalesce((
        select max(a.available_at) from articles a
        where a.newsletter_id = ${run.newsletterId} and a.eligible and a.hidden_at is null
          and a.available_at <= read_until), '-infinity') as since
      from (select distinct read_until from readers) as distinct_starts
    ), retold as materialized (
      select distinct a.available_at from articles a
      where a.newsletter_id = ${run.newsletterId} and a.eligible and a.hidden_at is null
        and a.available_at > (select min(read_until) from readers where told_from > '-infinity') - make_interval(days => ${retoldDays})
        and a.available_at <= (select max(told_from) from readers)
        and (a.same_story_as is not null or exists (select from articles b where b.same_story_as = a.id))
    ), reaches as (
      select told_from, coalesce((select max(available_at) from retold where available_at <= told_from), '-infinity') as reach
      from (select distinct told_from from readers) as distinct_reaches
    )
    select readers.*, since, reach, dense_rank() over (order by since, reach, choice) as number
    from readers join starts using (read_until) join reaches using (told_from)`.execute(trx)
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
