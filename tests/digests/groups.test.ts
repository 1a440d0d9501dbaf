// Of how many groups of readers a slice is: of no more than get something different, whoever came when.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { selectArticles } from '../../src/articles/select-articles.ts'
import { chooseContents } from '../../src/digests/choose-contents.ts'
import { monday, testContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle, aTopicChoice } from '../support/factories.ts'

const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const since = hours(-24)
const topics = ['one', 'two', 'three', 'four'] as const

/** 300 stories of four days, of which two feeds tell every third, the second so many hours later. */
async function stories(hoursBetween: number): Promise<void> {
  const { db } = database
  const first = await anArticle(db, { firstSeenAt: hours(-96.1) })
  await sql`
    with seen as (
      select n, ${hours(-96)}::timestamptz + make_interval(mins => n * 19) as at from generate_series(1, 300) as n
    )
    insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible)
    select newsletter_id, feed_id, 'one ' || n, 'Story ' || n, at, at, n::text, true from articles, seen where id = ${first}`.execute(
    db,
  )
  await sql`
    insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible, same_story_as)
    select newsletter_id, feed_id, 'again ' || id, title, at, at, content_hash, true, id
    from (select *, first_seen_at + make_interval(hours => ${hoursBetween}) as at from articles) as told
    where id % 3 = 0 and at < ${monday}`.execute(db)
  for (const [index, slug] of topics.entries()) {
    const choice = await aTopicChoice(db, [slug])
    await sql`
      insert into article_topics (article_id, topic_id)
      select a.id, t.topic_id from articles a, topic_choice_topics t
      where t.topic_choice_id = ${choice} and a.id / 3 % 4 = ${index}`.execute(db)
  }
}

type Got = { reader: number; group: number; choice: number; told: string }

/** What is chosen for readers who came one after the other in the last days, and for some who came long ago; and what is for each alone. */
async function choose(): Promise<{ got: Got[]; alone: Omit<Got, 'group'>[] }> {
  const { db } = database
  const newsletterId = await theNewsletterId(db)
  const choices = [0]
  for (const slug of topics) choices.push(await aTopicChoice(db, [slug, 'one']))
  return db.transaction().execute(async (trx) => {
    await sql`
      create temporary table due on commit drop as
      select reader, 'en' as language, 'daily' as frequency, date '2026-11-23' as edition_date, ${since}::timestamptz as read_until,
        true as is_clear, (${choices}::bigint[])[1 + reader % 5] as choice,
        case when reader > 10 then ${hours(-96)}::timestamptz + make_interval(mins => reader * 28) else '-infinity' end as told_from
      from generate_series(1, 150) as reader`.execute(trx)
    await chooseContents(testContext(db), trx, { id: 1, newsletterId, scheduledFor: monday, windowEnd: monday })
    const { rows: got } = await sql<Got>`
      select reader, number as "group", choice, array(
        select (a ->> 'id')::bigint from jsonb_array_elements(c.articles) as a) || c.total::bigint as told
      from due join wanted w using (told_from, choice) join contents c using (told_from, choice) order by reader`.execute(
      trx,
    )
    const { rows: readers } = await sql<{ reader: number; choice: number }>`
      select reader, choice from due order by reader`.execute(trx)
    const each = await selectArticles(
      trx,
      newsletterId,
      monday,
      sql`
        select reader as number, read_until as since, told_from, case when choice <> 0 then array(
          select topic_id from topic_choice_topics where topic_choice_id = choice) end as topic_ids
        from due`,
      12,
    )
    const contents = new Map(
      each.map(({ group, articles, total }) => [group, [...articles.map(({ id }) => id), total]]),
    )
    return {
      got: got.map((row) => ({ ...row, told: String(row.told) })),
      alone: readers.map((row) => ({ ...row, told: String(contents.get(row.reader)) })),
    }
  })
}

const groupsOf = (got: readonly Got[]) => new Set(got.map(({ group }) => group)).size

it('are as many as choices of topics where what was told twice is of the days before', async () => {
  await stories(1)
  // Of the window are only stories that it has whole.
  await sql`
    delete from articles a using articles b
    where a.same_story_as = b.id and b.available_at <= ${since} and a.available_at > ${since}`.execute(database.db)
  const { got, alone } = await choose()
  expect(got.map(({ group, ...row }) => row)).toEqual(alone)
  expect(groupsOf(got)).toBe(5)
})

it('are as many as get something different where stories of the days before are told again', async () => {
  await stories(30)
  const { got, alone } = await choose()
  expect(got.map(({ group, ...row }) => row)).toEqual(alone)
  expect(groupsOf(got)).toBeGreaterThan(10)
  expect(groupsOf(got)).toBe(new Set(got.map(({ choice, told }) => `${choice}: ${told}`)).size)
})
