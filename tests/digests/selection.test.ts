// What digests are made of, through the database: candidates of a whole week, topics that readers chose.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader, aTopic } from '../support/factories.ts'

const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)

it('tells of every day of a week, and the lead of its first, of more stories than are ranked', async () => {
  const { db } = database
  for (const slug of ['one', 'two', 'three', 'four']) await aTopic(db, slug)
  const lead = await anArticle(db, {
    title: 'The lead',
    firstSeenAt: hours(-160),
    topics: ['one'],
    best_place: 0,
  })
  // Two hundred a day, as a chronological feed has them: nothing tells them apart but their time.
  await sql`
    insert into articles (newsletter_id, feed_id, item_key, title, published_at, first_seen_at, content_hash, eligible, best_place)
    select newsletter_id, feed_id, 'many ' || n, 'Story ' || n, seen, seen, n::text, true, 2
    from articles, generate_series(1, 1400) n, lateral (select ${monday}::timestamptz - make_interval(mins => n * 72 / 10) as seen) as s
    where id = ${lead}`.execute(db)
  await sql`
    insert into article_topics (article_id, topic_id)
    select a.id, t.id from articles a join topics t on t.id % 4 = a.id % 4 where a.id <> ${lead}`.execute(db)
  const weekly = { frequency: 'weekly' as const, read_until: hours(-168), weekday: 1 }
  const readers = [await aReader(db, weekly), await aReader(db, { ...weekly, topics: ['one', 'two'] })]
  await aReader(db, { read_until: hours(-24) })
  await planDigests(testContext(db), at(monday))
  const { rows } = await sql<{ subscription_id: number; title: string; day: number; quarter: number; further: number }>`
    select m.subscription_id, a.title, g.further_count as further,
      floor(extract(epoch from ${monday}::timestamptz - a.published_at) / 86400)::int as day,
      floor(extract(epoch from ${monday}::timestamptz - a.published_at) / 21600)::int as quarter
    from messages m join digests g on g.id = m.digest_id join digest_articles d on d.digest_id = g.id
      join articles a on a.id = d.article_id
    order by m.subscription_id, d.position`.execute(db)
  const digests = [...Map.groupBy(rows, (row) => row.subscription_id).values()]
  expect(digests.map((stories) => stories.length)).toEqual([12, 12, 12])
  expect(rows.filter(({ title }) => title === 'The lead')).toHaveLength(readers.length)
  const [everything, some, daily] = digests
  for (const week of [everything, some]) expect(new Set(week?.map(({ day }) => day)).size).toBe(7)
  expect(new Set(daily?.map(({ quarter }) => quarter)).size).toBe(4)
  expect(everything?.[0]?.further).toBe(1400 - 12)
})

it('files a story under a topic that its readers chose, in the feed’s order, and offers fewer only where there would be', async () => {
  const { db } = database
  for (const name of ['First', 'Second', 'Third']) {
    await anArticle(db, { title: name, firstSeenAt: hours(-1), topics: ['world', 'analysis'] })
  }
  const choices = [['world'], ['world', 'sport'], ['world', 'analysis'], undefined] as const
  const readers: { subscriptionId: number }[] = []
  for (const topics of choices) readers.push(await aReader(db, topics ? { topics } : {}))
  const texts = async () => {
    const { rows } = await sql<{ text: (string | string[])[] }>`
      select r.template -> 'text' as text from messages m join digests g on g.id = m.digest_id
        join renderings r on r.id = g.rendering_id
      where m.subscription_id = any(${readers.map(({ subscriptionId }) => subscriptionId)}::bigint[]) order by m.subscription_id`.execute(
      db,
    )
    return rows.map(({ text }) => text.flat().join(''))
  }
  // The feed names the story's kind first, as section feeds do.
  await sql`update article_topics set place = 1 where topic_id = (select id from topics where slug = 'world')`.execute(
    db,
  )
  await planDigests(testContext(db), at(monday))
  const [ofWorld, withSport, withAnalysis, ofAll] = await texts()
  expect(ofWorld).toMatch(/^World$/m)
  expect(ofWorld).not.toContain('Fewer')
  expect(withSport).toMatch(/^World$/m)
  expect(withSport).toContain('Fewer World stories:')
  for (const text of [ofWorld, withSport]) expect(text).not.toContain('Analysis')
  for (const text of [withAnalysis, ofAll]) {
    expect(text).toMatch(/^Analysis$/m)
    expect(text).not.toContain('Fewer')
  }
})
