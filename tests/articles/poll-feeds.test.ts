import { gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { pollFeedsJob } from '../../jobs/poll-feeds.ts'
import { addFeed, listFeeds } from '../../src/articles/feeds.ts'
import { pollFeed } from '../../src/articles/poll-feed.ts'
import { pollDueFeeds, pollFeeds } from '../../src/articles/poll-feeds.ts'
import type { Context } from '../../src/platform/context.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { createGuardedFetch } from '../../src/platform/guarded-fetch.ts'
import { createLog } from '../../src/platform/log.ts'
import { at, monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { item, rss } from './documents.ts'
import { feedServer } from './feed-server.ts'

const database = testDatabase()
const server = feedServer()
const minutes = (count: number) => new Date(monday.getTime() + count * 60_000)
const oneItem = rss(item({ guid: 'g1', link: '/1', title: 'Story 1', pubDate: monday.toUTCString() }))

const newContext = (overrides: Partial<Context> = {}) =>
  testContext(database.db, { fetchUrl: createGuardedFetch(), env: { ALLOW_PRIVATE_FEEDS: 'true' }, ...overrides })

async function addAt(context: Context, path: string): Promise<number> {
  return (await addFeed(context, { url: server.url(path) })).id
}

const feedRow = (id: number) =>
  database.db.selectFrom('feeds').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const titles = async () =>
  (await database.db.selectFrom('articles').select('title').orderBy('id').execute()).map(({ title }) => title)

describe('polling the feeds that are due', () => {
  it('stores their articles, and comes back after 15 minutes', async () => {
    const context = newContext()
    server.serve('/feed', oneItem)
    const id = await addAt(context, '/feed')
    expect(await pollFeedsJob.run(context, at(monday))).toEqual({
      polled: 1,
      unchanged: 0,
      failed: 0,
      added: 1,
      changed: 0,
    })
    expect(await feedRow(id)).toMatchObject({
      title: 'News',
      lease_until: null,
      last_polled_at: monday,
      last_succeeded_at: monday,
      next_poll_at: minutes(15),
      failure_count: 0,
      last_error: null,
    })
    expect((await listFeeds(context))[0]).toMatchObject({ title: 'News', articles: 1 })
    context.clock.set(minutes(14))
    expect(await pollDueFeeds(context, at(minutes(14)))).toMatchObject({ polled: 0 })
    context.clock.set(minutes(15))
    server.serve('/feed', oneItem.replace('Story 1', 'Story one'))
    expect(await pollDueFeeds(context, at(minutes(15)))).toMatchObject({ polled: 1, added: 0, changed: 1 })
  })

  it('ends, also when the slot lies far ahead', async () => {
    const context = newContext()
    server.serve('/feed', oneItem)
    await addAt(context, '/feed')
    expect(await pollDueFeeds(context, at(minutes(60 * 24)))).toMatchObject({ polled: 1 })
  })

  it('sends ETag and Last-Modified back as they came; a 304 is a success', async () => {
    const context = newContext()
    const etag = 'W/"a  \'b"'
    const lastModified = 'Mon, 23 nov 2026 05:00:00 +0000'
    server.serve('/feed', oneItem, { etag, 'last-modified': lastModified })
    const id = await addAt(context, '/feed')
    await pollFeed(context, id)
    server.answer('/feed', (response) => response.writeHead(304).end())
    context.clock.set(minutes(15))
    expect(await pollDueFeeds(context, at(minutes(15)))).toMatchObject({ polled: 1, unchanged: 1, failed: 0 })
    expect(server.requests[0]?.headers).not.toHaveProperty('if-none-match')
    expect(server.requests[1]?.headers).toMatchObject({ 'if-none-match': etag, 'if-modified-since': lastModified })
    expect(await feedRow(id)).toMatchObject({ etag, last_modified: lastModified, last_succeeded_at: minutes(15) })
  })

  it('never keeps the ETag of a document that it could not read', async () => {
    const context = newContext()
    server.serve('/feed', oneItem.slice(0, -10), { etag: '"cut"' })
    const id = await addAt(context, '/feed')
    expect(await pollFeed(context, id)).toMatchObject({ outcome: 'failed', error: expect.stringContaining('cut off') })
    expect(await feedRow(id)).toMatchObject({ etag: null, last_succeeded_at: null })
    expect(await titles()).toEqual([])
  })

  it('reads 500 items of 10,000 and says how many it left out', async () => {
    const context = newContext()
    const items = Array.from({ length: 10_000 }, (_, index) => item({ guid: `g${index}`, title: `Story ${index}` }))
    server.serve('/feed', rss(items.join('')))
    expect(await pollFeed(context, await addAt(context, '/feed'))).toMatchObject({
      outcome: 'stored',
      added: 500,
      skipped: 9500,
    })
    expect((await titles()).at(-1)).toBe('Story 0')
  })

  it('keeps the good items of a document with empty ones', async () => {
    const context = newContext()
    server.serve(
      '/feed',
      rss(`<item/><item><guid>x</guid></item>${item({ title: 'Good' })}<item><link>javascript:x</link></item>`),
    )
    const id = await addAt(context, '/feed')
    expect(await pollFeed(context, id)).toMatchObject({ outcome: 'stored', added: 1, skipped: 2 })
  })

  it.each(['windows-1251', 'utf-16le', 'koi8-r'])('reads a feed in %s', async (charset) => {
    const context = newContext()
    server.serve('/feed', iconv.encode(rss(item({ title: 'Новости' })), charset), {
      'content-type': `text/xml; charset=${charset}`,
    })
    await pollFeed(context, await addAt(context, '/feed'))
    expect(await titles()).toEqual(['Новости'])
  })

  it('resolves addresses against the address that redirects lead to, which it moves to if that is for good', async () => {
    const context = newContext()
    server.answer('/old', (response) => response.writeHead(301, { location: '/new/feed' }).end())
    server.serve(
      '/new/feed',
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><id>1</id><title>A</title><link href="a"/></entry></feed>`,
    )
    const id = await addAt(context, '/old')
    await pollFeed(context, id)
    expect(await feedRow(id)).toMatchObject({ url: server.url('/new/feed') })
    expect(await database.db.selectFrom('articles').select('url').execute()).toEqual([{ url: server.url('/new/a') }])
    expect(await pollFeed(context, await addAt(context, '/old'))).toMatchObject({ outcome: 'stored', added: 0 })
    expect((await listFeeds(context)).map(({ url }) => url)).toEqual([server.url('/new/feed'), server.url('/old')])
  })

  it('does not move to where a redirect ends in an error', async () => {
    const context = newContext()
    server.answer('/old', (response) => response.writeHead(301, { location: '/login' }).end())
    server.serve('/login', '<!doctype html><p>Log in')
    const id = await addAt(context, '/old')
    expect(await pollFeed(context, id)).toMatchObject({ outcome: 'failed' })
    expect(await feedRow(id)).toMatchObject({ url: server.url('/old') })
  })
})

describe('a feed that fails', () => {
  const failure = async (context: Context, path = '/feed') => {
    const id = await addAt(context, path)
    const result = await pollFeed(context, id)
    expect(result).toMatchObject({ outcome: 'failed', added: 0 })
    const row = await feedRow(id)
    expect(row).toMatchObject({ failure_count: 1, lease_until: null, last_error: result.error })
    expect(row.last_error?.length).toBeLessThanOrEqual(500)
    expect(result.error).toMatch(/^[A-Z0-9].*[.a-z]$/s)
    return { id, row, error: result.error ?? '' }
  }

  it.each([
    ['a web page', '<!doctype html><p>Hello', 'web page'],
    ['nothing', '', 'empty'],
    ['a DTD', '<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"></rss>', 'DTD'],
    ['half a document', oneItem.slice(0, 200), 'cut off'],
    ['something else', '{"a": 1}', 'JSON'],
  ])('by answering with %s says so', async (_what, body, reason) => {
    server.serve('/feed', body)
    expect((await failure(newContext())).error).toContain(reason)
  })

  it('by an endless body or a bomb is cut off', async () => {
    server.serve('/bomb', gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': 'gzip' })
    expect((await failure(newContext(), '/bomb')).error).toContain('larger than 10 MB')
  })

  it('by dripping is given up', async () => {
    server.answer('/feed', (response) => void response.writeHead(200).write('<rss'))
    const context = newContext({ fetchUrl: createGuardedFetch({ totalTimeoutMs: 100 }) })
    expect((await failure(context)).error).toContain('did not answer in full')
  })

  it('by leading to a private address is refused', async () => {
    const id = await addAt(newContext(), '/feed')
    server.serve('/feed', oneItem)
    const context = testContext(database.db, { fetchUrl: createGuardedFetch() })
    expect(await pollFeed(context, id)).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('not a public address'),
    })
    expect(server.requests).toEqual([])
  })

  it.each([401, 404, 418, 500])(
    'with %i waits 15 minutes, then twice as long each time, at most a day',
    async (status) => {
      const context = newContext()
      server.answer('/feed', (response) => response.writeHead(status).end())
      const { id } = await failure(context)
      for (const doubled of [30, 60, 120, 240, 480, 960, 1440, 1440]) {
        context.clock.set((await feedRow(id)).next_poll_at)
        const before = context.clock.now()
        expect(await pollDueFeeds(context, at(before))).toMatchObject({ polled: 1, failed: 1 })
        const waited = ((await feedRow(id)).next_poll_at.getTime() - before.getTime()) / 60_000
        expect(waited).toBeGreaterThanOrEqual(doubled)
        expect(waited).toBeLessThanOrEqual(Math.min(doubled * 1.1, 1440))
      }
      server.serve('/feed', oneItem)
      context.clock.set((await feedRow(id)).next_poll_at)
      await pollDueFeeds(context, at(context.clock.now()))
      expect(await feedRow(id)).toMatchObject({ failure_count: 0, last_error: null, last_error_at: null })
    },
  )

  it.each([
    [429, '7200', 120],
    [503, minutes(90).toUTCString(), 90],
    [503, '1', 15],
    [429, '99999999', 1440],
    [410, '60', 1440],
  ])('with %i and Retry-After %s waits %i minutes', async (status, retryAfter, waited) => {
    server.answer('/feed', (response) => response.writeHead(status, { 'retry-after': retryAfter }).end())
    const { row } = await failure(newContext())
    expect(row.next_poll_at).toEqual(minutes(waited))
  })

  it('by a 304 that nobody asked for is no success', async () => {
    server.answer('/feed', (response) => response.writeHead(304).end())
    await failure(newContext())
  })

  it('disturbs no other, whatever it throws; the fault is logged, not shown', async () => {
    const lines: string[] = []
    const guarded = createGuardedFetch()
    const context = newContext({
      log: createLog((line) => lines.push(line)),
      fetchUrl: async (url, options) => {
        if (url.endsWith('/defect')) throw new TypeError('internal detail')
        return guarded(url, options)
      },
    })
    const defect = await addAt(context, '/defect')
    for (const path of ['/missing', '/a', '/b', '/c', '/d', '/e', '/f']) {
      if (path !== '/missing') server.serve(path, rss(item({ title: `Story ${path}`, link: path })))
      await addAt(context, path)
    }
    expect(await pollDueFeeds(context, at(monday))).toEqual({
      polled: 8,
      unchanged: 0,
      failed: 2,
      added: 6,
      changed: 0,
    })
    expect((await feedRow(defect)).last_error).toBe(
      'The feed was read but not stored, by a fault of this service: see its log.',
    )
    expect(lines.join()).toContain('internal detail')
  })
})

describe('several processes', () => {
  it('that poll at once poll each feed once', async () => {
    const context = newContext()
    const other = connect(database.url)
    for (let index = 0; index < 6; index++) {
      server.serve(`/${index}`, rss(item({ title: `Story ${index}`, link: `/${index}` })))
      await addAt(context, `/${index}`)
    }
    const counts = await Promise.all([
      pollDueFeeds(context, at(monday)),
      pollDueFeeds(newContext({ db: other }), at(monday)),
    ])
    await other.destroy()
    expect(counts.map(({ polled }) => polled).reduce((sum, count) => sum + count)).toBe(6)
    expect(server.requests).toHaveLength(6)
  })

  it('leave a feed alone that another reads, until its lease has run out; the late one then changes nothing', async () => {
    const context = newContext()
    const id = await addAt(context, '/feed')
    let release = () => {}
    const stalled = new Promise<void>((resolve) => {
      release = resolve
    })
    let arrived = () => {}
    const asked = new Promise<void>((resolve) => {
      arrived = resolve
    })
    server.answer('/feed', (response) => {
      arrived()
      void stalled.then(() => response.end(rss(item({ title: 'Old story', guid: 'g1' }))))
    })
    const slow = pollFeed(context, id)
    await asked
    expect(await pollFeed(context, id)).toMatchObject({ outcome: 'busy' })
    expect(await pollDueFeeds(context, at(monday))).toMatchObject({ polled: 0 })

    context.clock.set(minutes(5))
    server.serve('/feed', rss(item({ title: 'New story', guid: 'g1' })), { etag: '"new"' })
    expect(await pollDueFeeds(context, at(minutes(5)))).toMatchObject({ polled: 1, added: 1 })
    release()
    expect(await slow).toMatchObject({ outcome: 'busy', added: 0 })
    expect(await titles()).toEqual(['New story'])
    expect(await feedRow(id)).toMatchObject({ etag: '"new"', failure_count: 0 })
  })

  it('that are told to stop give the feed back, unharmed', async () => {
    const context = newContext()
    const id = await addAt(context, '/feed')
    const stop = new AbortController()
    server.answer('/feed', () => stop.abort())
    expect(await pollDueFeeds(context, at(monday, stop.signal))).toMatchObject({ polled: 0, failed: 0 })
    expect(await feedRow(id)).toMatchObject({
      lease_until: null,
      failure_count: 0,
      last_error: null,
      next_poll_at: monday,
    })
  })
})

describe('polling on demand', () => {
  it('reads all feeds or the ones named, due or not', async () => {
    const context = newContext()
    server.serve('/a', oneItem)
    const [a, b] = [await addAt(context, '/a'), await addAt(context, '/b')]
    expect(await pollFeeds(context)).toMatchObject({
      polled: 2,
      failed: 1,
      added: 1,
      results: [
        { feedId: a, outcome: 'stored', error: null },
        { feedId: b, outcome: 'failed', error: 'There is no feed at this address: check it (404).' },
      ],
    })
    expect(await pollFeeds(context, { ids: [a] })).toMatchObject({ polled: 1, results: [{ feedId: a }] })
  })

  it('knows no feed that does not exist', async () => {
    await expect(pollFeed(newContext(), 4711)).rejects.toMatchObject({ code: 'not_found' })
    await expect(pollFeeds(newContext(), { ids: [4711] })).rejects.toMatchObject({ code: 'not_found' })
  })
})
