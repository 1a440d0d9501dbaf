import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  embargoArticle,
  hideArticle,
  listArticles,
  pinArticle,
  showArticle,
  unpinArticle,
} from '../../src/articles/newsroom.ts'
import type { IncomingArticle } from '../../src/articles/normalise-item.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { changePreferences } from '../../src/subscriptions/preferences.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle, aReader, digestsOf } from '../support/factories.ts'

const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
let context: TestContext
beforeEach(() => {
  context = testContext(database.db)
})

const feedRow = async (url: string, title: string | null) => {
  const newsletter_id = await theNewsletterId(database.db)
  const values = { newsletter_id, url, title }
  return (await database.db.insertInto('feeds').values(values).returning('id').executeTakeFirstOrThrow()).id
}

const item = (key: string, title: string, more: Partial<IncomingArticle> = {}): IncomingArticle => ({
  position: 0,
  itemKey: key,
  sharedGuidKey: `${key} shared`,
  url: `https://news.example/${key}`,
  urlKey: `https://news.example/${key}`,
  title,
  summary: '',
  imageUrl: null,
  imageAlt: '',
  authors: [],
  publishedAt: context.clock.now(),
  topics: [],
  contentHash: `${key} ${title}`,
  ...more,
})

/** Polls a feed whose document holds these. */
async function poll(feedId: number, ...items: IncomingArticle[]): Promise<{ added: number; changed: number }> {
  const newsletterId = await theNewsletterId(database.db)
  const placed = items.map((one, position) => ({ ...one, position }))
  return database.db
    .transaction()
    .execute((trx) => storeArticles(trx, context.clock, { id: feedId, newsletterId, lastSucceededAt: null }, placed))
}

async function tick(day: number): Promise<void> {
  context.clock.set(hours(24 * day))
  await planDigests(context, at(hours(24 * day)))
}

const storedArticle = (id: number) =>
  database.db.selectFrom('articles').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('a decision about an article', () => {
  it('stands whatever its feed says later', async () => {
    const feed = await feedRow('https://news.example/feed', null)
    await poll(feed, item('one', 'First'))
    const one = 'https://NEWS.example/one?utm_source=mail'
    await pinArticle(context, one)
    await hideArticle(context, one)
    const { id } = await embargoArticle(context, one, hours(5))
    await poll(feed, item('one', 'First, corrected', { contentHash: 'other' }))
    expect(await storedArticle(id)).toMatchObject({
      title: 'First, corrected',
      pinned_at: expect.any(Date),
      hidden_at: expect.any(Date),
      available_at: hours(5),
    })
    await unpinArticle(context, String(id))
    expect(await listArticles(context, { limit: 5, decided: true })).toMatchObject([{ id, pinned_at: null }])
    expect(await listArticles(context, { limit: 5, decided: true, newsletterSlug: 'newsmatro' })).toHaveLength(1)
    await expect(listArticles(context, { limit: 5, decided: true, newsletterSlug: 'other' })).rejects.toThrow(
      'no newsletter',
    )
  })

  it('lets a pinned one lead, and its place be taken by nothing newer', async () => {
    const { subscriptionId } = await aReader(database.db)
    const old = await anArticle(database.db, { title: 'pinned', firstSeenAt: hours(-20) })
    for (let index = 1; index <= 13; index++) await anArticle(database.db, { firstSeenAt: hours(-index / 10) })
    await pinArticle(context, String(old))
    await tick(0)
    const [told] = await digestsOf(database.db, subscriptionId)
    expect(told).toHaveLength(12)
    expect(told?.[0]).toBe('pinned')
  })

  it('keeps a hidden one from digests', async () => {
    const { db } = database
    const { subscriptionId } = await aReader(db)
    await anArticle(db, { title: 'told', firstSeenAt: hours(-3) })
    const hidden = await anArticle(db, { title: 'hidden', firstSeenAt: hours(-2) })
    await hideArticle(context, String(hidden))
    await tick(0)
    expect(await digestsOf(db, subscriptionId)).toEqual([['told']])
  })

  it('tells one that was hidden before anybody heard of it when it is shown again, and no other twice', async () => {
    const { db } = database
    const { subscriptionId } = await aReader(db)
    const told = await anArticle(db, { title: 'told', firstSeenAt: hours(-3) })
    const hidden = await anArticle(db, { title: 'hidden', firstSeenAt: hours(-2) })
    await hideArticle(context, String(hidden))
    await tick(0)
    await hideArticle(context, String(told))
    context.clock.set(hours(2))
    await showArticle(context, String(told))
    await showArticle(context, String(hidden))
    await tick(1)
    expect(await digestsOf(db, subscriptionId)).toEqual([['told'], ['hidden']])
  })

  it('tells one under embargo after its time, as news, and says why where it is too late', async () => {
    const { db } = database
    const { subscriptionId } = await aReader(db)
    const held = await anArticle(db, { title: 'held', firstSeenAt: hours(-20) })
    const told = await anArticle(db, { title: 'told', firstSeenAt: hours(-3) })
    await embargoArticle(context, String(held), hours(24))
    await tick(0)
    await anArticle(db, { title: 'of the day', firstSeenAt: hours(20) })
    await tick(1)
    expect(await digestsOf(db, subscriptionId)).toEqual([['told'], ['held', 'of the day']])
    await expect(embargoArticle(context, String(told), hours(99))).rejects.toThrow('may have been told of it already')
    await expect(embargoArticle(context, String(held), hours(-1))).rejects.toThrow('give a later time')
    expect((await embargoArticle(context, String(told), null)).available_at).toEqual(hours(-3))
  })

  it('lifts an embargo', async () => {
    const { subscriptionId } = await aReader(database.db)
    const held = await anArticle(database.db, { title: 'held', firstSeenAt: hours(-2) })
    await embargoArticle(context, String(held), hours(240))
    await tick(0)
    await embargoArticle(context, String(held), null)
    await tick(1)
    expect(await digestsOf(database.db, subscriptionId)).toEqual([['held']])
  })
})

describe('a story that several feeds tell', () => {
  const title = 'Council votes to keep the night trams running'

  it('is told once, and says where else it is', async () => {
    const { db } = database
    const { subscriptionId } = await aReader(db)
    const reader = await aReader(db, { frequency: 'weekdays' })
    await poll(await feedRow('https://one.example/feed', 'The Morning Post'), item('a', title))
    await poll(await feedRow('https://www.two.example/feed', null), item('b', `${title}!`), item('c', 'Another story'))
    await poll(await feedRow('https://three.example/feed', 'The <Third>'), item('d', title))
    await tick(1)
    expect(await digestsOf(db, subscriptionId)).toEqual([[title, 'Another story']])
    expect(await digestsOf(db, reader.subscriptionId)).toEqual([[title, 'Another story']])
    const { template } = await db.selectFrom('renderings').select('template').executeTakeFirstOrThrow()
    const { html, text } = template as { html: unknown; text: unknown }
    expect(JSON.stringify(text)).toContain('Also in two.example and The <Third>')
    expect(JSON.stringify(html)).toContain('Also in two.example and The &lt;Third&gt;')
  })

  it('reaches those who read of it under another feed’s topic', async () => {
    const { db } = database
    const sport = [{ slug: 'sport', name: 'Sport' }]
    const local = [{ slug: 'local', name: 'Local' }]
    await poll(await feedRow('https://one.example/feed', null), item('a', title, { topics: sport }))
    for (const name of ['two', 'three']) {
      await poll(await feedRow(`https://${name}.example/feed`, null), item(name, title, { topics: local }))
    }
    const readers = [['sport'], ['local'], ['sport', 'local'], undefined] as const
    const subscriptions = []
    for (const topics of readers) subscriptions.push(await aReader(db, topics ? { topics } : {}))
    await tick(1)
    for (const { subscriptionId } of subscriptions) expect(await digestsOf(db, subscriptionId)).toEqual([[title]])
  })

  it('is hidden with all that tell it, also those that come later, and is another story after three days', async () => {
    const { db } = database
    const [one, two] = [
      await feedRow('https://one.example/feed', null),
      await feedRow('https://two.example/feed', null),
    ]
    await poll(one, item('a', title))
    await hideArticle(context, 'https://news.example/a')
    await poll(two, item('b', title))
    const hidden = async () =>
      (await listArticles(context, { limit: 9, decided: false })).map((row) => row.hidden_at !== null)
    await showArticle(context, 'https://news.example/b')
    expect(await hidden()).toEqual([false, false])
    await hideArticle(context, 'https://news.example/a')
    expect(await hidden()).toEqual([true, true])
    context.clock.set(hours(73))
    await poll(two, item('c', title))
    const rows = await db
      .selectFrom('articles')
      .select(['item_key', 'hidden_at', 'same_story_as'])
      .orderBy('id')
      .execute()
    expect(rows.map((row) => [row.item_key, row.hidden_at !== null, row.same_story_as !== null])).toEqual([
      ['a', true, false],
      ['b', true, true],
      ['c', false, false],
    ])
  })

  it('is not lost on who was out of reach of the first that told it', async () => {
    const { db } = database
    const [one, two] = [
      await feedRow('https://one.example/feed', null),
      await feedRow('https://two.example/feed', null),
    ]
    const topic = (slug: string) => ({ topics: [{ slug, name: slug }] })
    const { subscriptionId: changing } = await aReader(db, { topics: ['climate', 'sport'] })
    const { subscriptionId: steady } = await aReader(db, { topics: ['climate', 'politics'] })
    const { subscriptionId: fewer } = await aReader(db, { topics: ['climate', 'politics', 'sport'] })
    await poll(one, item('a', title, topic('politics')), item('other', 'Something else', topic('climate')))
    await tick(1)
    const evidence = { source: 'link', ip: null, userAgent: null } as const
    await changePreferences(context, changing, { topics: ['climate', 'politics'] }, evidence)
    await changePreferences(context, fewer, { topics: ['climate', 'politics'] }, evidence)
    context.clock.set(hours(30))
    // Who comes now was told nothing from before yesterday.
    const late = await aReader(db, { read_until: hours(29), told_from: hours(29), next_digest_at: hours(48) })
    await poll(two, item('b', title, topic('climate')))
    await tick(2)
    expect(await digestsOf(db, changing)).toEqual([['Something else'], [title]])
    for (const told of [steady, fewer]) expect((await digestsOf(db, told)).flat()).toHaveLength(2)
    expect(await digestsOf(db, late.subscriptionId)).toEqual([[title]])
  })

  it('is two where the publisher’s own feed says so', async () => {
    const feed = await feedRow('https://one.example/feed', null)
    await poll(feed, item('a', title), item('b', title))
    expect(await database.db.selectFrom('articles').select('same_story_as').execute()).toEqual([
      { same_story_as: null },
      { same_story_as: null },
    ])
  })
})

it('knows how far up each article ever was, whatever its age and what the newest document says', async () => {
  const { db } = database
  const feed = await feedRow('https://one.example/feed', null)
  const [first, second, third] = ['a', 'b', 'c'].map((key) => item(key, `Title ${key}`))
  if (!first || !second || !third) throw new Error('three items')
  const places = async () => {
    const rows = await db.selectFrom('articles').select(['item_key', 'best_place']).orderBy('item_key').execute()
    return rows.map(({ item_key, best_place }) => `${item_key}${best_place}`).join(' ')
  }
  await poll(feed, first, second)
  const { subscriptionId } = await aReader(db)
  expect(await places()).toBe('a0 b1')
  await poll(feed, first, third, second)
  expect(await places()).toBe('a0 b1 c1')
  await poll(feed, third, second)
  await poll(feed, second)
  expect(await places()).toBe('a0 b0 c0')
  await poll(
    feed,
    ...Array.from({ length: 60 }, (_, index) => item(`old ${index}`, `Old ${index}`, { publishedAt: hours(-99) })),
    first,
  )
  expect(await places()).toContain('a0 b0 c0 old 00 old 11')
  expect(await places()).toContain('old 4949 old 55 old 50null')
  await tick(1)
  expect(await digestsOf(db, subscriptionId)).toEqual([['Title c', 'Title a', 'Title b']])
})

describe('what several feeds give the same address', () => {
  const sectionOf = (...slugs: string[]) => ({ topics: slugs.map((slug) => ({ slug, name: slug })) })
  const topicsOf = async () => {
    const { rows } = await sql<{ slug: string; is_added: boolean }>`
      select t.slug, x.is_added from article_topics x join topics t on t.id = x.topic_id order by x.is_added, x.place, t.slug`.execute(
      database.db,
    )
    return rows.map(({ slug, is_added }) => (is_added ? `+${slug}` : slug)).join(' ')
  }

  it('is one article with the topics of all, which stay, and is told once', async () => {
    const { db } = database
    const [front, sport] = [await feedRow('https://n.example/front', null), await feedRow('https://n.example/s', null)]
    const both = (await aReader(db, { topics: ['top', 'sport'] })).subscriptionId
    const ofSport = (await aReader(db, { topics: ['sport'] })).subscriptionId
    const ofTop = (await aReader(db, { topics: ['top'] })).subscriptionId
    const inFront = item('a', 'The match', sectionOf('top', 'news'))
    const inSport = item('a', 'The match', sectionOf('sport', 'news'))
    await poll(front, inFront)
    expect(await poll(sport, inSport)).toEqual({ added: 0, changed: 1 })
    expect(await topicsOf()).toBe('top news +sport')
    // Neither feed takes away what the other gave, nor has anything to write while nothing changes.
    for (const [feed, one] of [
      [front, inFront],
      [sport, inSport],
      [front, inFront],
    ] as const) {
      expect(await poll(feed, one)).toEqual({ added: 0, changed: 0 })
    }
    await poll(front, item('a', 'The match', { ...sectionOf('front'), contentHash: 'other' }))
    expect(await topicsOf()).toBe('front +sport')
    await poll(front, { ...inFront, contentHash: 'again' })
    expect(await poll(sport, inSport)).toEqual({ added: 0, changed: 0 })
    await tick(1)
    await poll(sport, item('a', 'The match', sectionOf('cup')))
    await tick(2)
    for (const reader of [both, ofSport, ofTop]) expect(await digestsOf(db, reader)).toEqual([['The match']])
  })
})
