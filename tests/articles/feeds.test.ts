import { describe, expect, it } from 'vitest'
import { addFeed, listFeeds } from '../../src/articles/feeds.ts'
import { PublicError } from '../../src/platform/errors.ts'
import { monday, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

describe('adding a feed', () => {
  it('adds it once, due at once', async () => {
    const context = testContext(database.db)
    const feed = await addFeed(context, { url: ' HTTPS://Feeds.example/rss#top ' })
    expect(feed).toEqual({
      id: expect.any(Number),
      url: 'https://feeds.example/rss',
      newsletter: 'newsmatro',
      isNew: true,
    })
    expect(await addFeed(context, { url: 'https://feeds.example/rss' })).toEqual({ ...feed, isNew: false })
    expect(await listFeeds(context)).toEqual([
      {
        id: feed.id,
        url: 'https://feeds.example/rss',
        newsletter: 'newsmatro',
        title: null,
        next_poll_at: monday,
        last_polled_at: null,
        last_succeeded_at: null,
        failure_count: 0,
        last_error: null,
        last_error_at: null,
        articles: 0,
      },
    ])
  })

  it('adds it to the newsletter that is named', async () => {
    const context = testContext(database.db)
    await database.db.insertInto('newsletters').values({ slug: 'sport', name: 'Sport' }).execute()
    const url = 'https://feeds.example/rss'
    expect(await addFeed(context, { url, newsletterSlug: 'sport' })).toMatchObject({ newsletter: 'sport', isNew: true })
    expect(await addFeed(context, { url })).toMatchObject({ newsletter: 'newsmatro', isNew: true })
    await expect(addFeed(context, { url, newsletterSlug: 'none' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'feed',
    '',
    'https://user:secret@feeds.example/',
    'http://169.254.169.254/',
    'http://[::ffff:127.0.0.1]/',
    'http://2130706433/',
    'http://localhost:3000/',
    `https://feeds.example/${'x'.repeat(2000)}`,
  ])('refuses %s', async (url) => {
    const context = testContext(database.db)
    const error = await addFeed(context, { url }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PublicError)
    expect(error).toMatchObject({ code: 'invalid_input', fields: { url: expect.not.stringContaining('secret') } })
    expect(await listFeeds(context)).toEqual([])
  })

  it('takes a private address where that is allowed', async () => {
    const context = testContext(database.db, { env: { ALLOW_PRIVATE_FEEDS: 'true' } })
    expect(await addFeed(context, { url: 'http://127.0.0.1:8080/feed' })).toMatchObject({ isNew: true })
  })
})
