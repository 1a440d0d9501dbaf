import { describe, expect, it } from 'vitest'
import { addFeed } from '../../src/articles/feeds.ts'
import { pollFeed } from '../../src/articles/poll-feed.ts'
import { monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

const item = (number: number) => `<item><title>Story ${number}</title><guid>${number}</guid>
  <pubDate>${new Date(monday.getTime() - (600 - number) * 60_000).toUTCString()}</pubDate></item>`

describe('a feed of more than 500 items', () => {
  it.each([
    ['first', (one: number, other: number) => other - one],
    ['last', (one: number, other: number) => one - other],
  ])('is read for its newest, also where they stand %s', async (_, order) => {
    const numbers = Array.from({ length: 600 }, (_each, index) => index + 1).sort(order)
    const feed = `<rss version="2.0"><channel><title>All</title>${numbers.map(item).join('')}</channel></rss>`
    const context = testContext(database.db, {
      fetchUrl: async (url) => ({
        status: 200,
        headers: new Headers(),
        body: new TextEncoder().encode(feed),
        finalUrl: url,
        movedTo: null,
      }),
    })
    const { id } = await addFeed(context, { url: 'https://news.example/feed.xml' })
    expect(await pollFeed(context, id)).toMatchObject({ added: 500, skipped: 100 })
    const stored = await database.db.selectFrom('articles').select('item_key').execute()
    expect(stored.map((article) => Number(article.item_key)).sort((one, other) => one - other)[0]).toBe(101)
  })
})
