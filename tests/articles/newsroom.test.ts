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
async function poll(feedId: number, ...items: IncomingArticle[]): Promise<void> {
  const newsletterId = await theNewsletterId(database.db)
  const placed = items.map((one, position) => ({ ...one, position }))
  await database.db
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

  it('is two where the publisher’s own feed says so', async () => {
    const feed = await feedRow('https://one.example/feed', null)
    await poll(feed, item('a', title), item('b', title))
    expect(await database.db.selectFrom('articles').select('same_story_as').execute()).toEqual([
      { same_story_as: null },
      { same_story_as: null },
    ])
  })
})

it('knows the order of the newest document, whatever the age of what it holds', async () => {
  const { db } = database
  const feed = await feedRow('https://one.example/feed', null)
  const [first, second, third] = ['a', 'b', 'c'].map((key) => item(key, `Title ${key}`))
  if (!first || !second || !third) throw new Error('three items')
  await poll(feed, first, second)
  const { subscriptionId } = await aReader(db)
  await poll(feed, third, second, first)
  const order = async () => {
    const { item_order } = await db.selectFrom('feeds').select('item_order').executeTakeFirstOrThrow()
    const rows = await db.selectFrom('articles').select(['id', 'item_key']).execute()
    return item_order.map((id) => rows.find((row) => row.id === Number(id))?.item_key)
  }
  expect(await order()).toEqual(['c', 'b', 'a'])
  await poll(feed, second, third, first)
  expect(await order()).toEqual(['b', 'c', 'a'])
  await poll(feed, second, third)
  expect(await order()).toEqual(['b', 'c'])
  await tick(1)
  expect(await digestsOf(db, subscriptionId)).toEqual([['Title b', 'Title c', 'Title a']])
})
