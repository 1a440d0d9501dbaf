import { parseFeed } from 'htmlparser2'
import { describe, expect, test } from 'vitest'
import { sampleArticles } from '../../src/demo/sample/articles.ts'
import { sampleFeed } from '../../src/demo/sample/feed.ts'
import { sampleImage } from '../../src/demo/sample/images.ts'
import { all, DomUtils, parse } from './support.ts'

const now = new Date('2026-11-23T12:00:00Z')

describe('the sample news', () => {
  test('are thirty articles over five topics, none older than forty hours', () => {
    expect(sampleArticles).toHaveLength(30)
    expect(new Set(sampleArticles.map((article) => article.slug)).size).toBe(30)
    expect(new Set(sampleArticles.map((article) => article.topic)).size).toBe(5)
    for (const { hoursAgo, paragraphs } of sampleArticles) {
      expect(hoursAgo).toBeGreaterThan(0)
      expect(hoursAgo).toBeLessThanOrEqual(40)
      expect(paragraphs.length).toBeGreaterThanOrEqual(2)
    }
  })

  test('are a feed that can be read, with times counted from now', () => {
    const xml = sampleFeed({ baseUrl: 'http://localhost:3000/demo/', now })
    const feed = parseFeed(xml)
    expect(feed?.type).toBe('rss')
    expect(feed?.items).toHaveLength(30)
    const [newest] = feed?.items ?? []
    expect(newest?.title).toBe('Council votes to run the harbour tram through the night')
    expect(newest?.link).toBe('http://localhost:3000/demo/articles/night-tram')
    expect(newest?.pubDate?.toISOString()).toBe('2026-11-23T10:48:00.000Z')
    expect(newest?.media[0]?.url).toBe('http://localhost:3000/demo/images/night-tram.jpg')
  })

  test('escape what the address brings along', () => {
    const xml = sampleFeed({ baseUrl: 'http://localhost/?a="1"&b=<2>', now })
    expect(xml).not.toMatch(/<2>|&b|="1"/)
    expect(DomUtils.textContent(all(parse(xml), 'guid')[0] ?? [])).toBe('sample:night-tram')
  })

  test('have a picture each, small enough to bundle', async () => {
    let total = 0
    for (const { slug } of sampleArticles) {
      const image = await sampleImage(`${slug}.jpg`)
      expect([...(image ?? []).slice(0, 2)]).toEqual([0xff, 0xd8])
      expect(image?.length).toBeLessThanOrEqual(45 * 1024)
      total += image?.length ?? 0
    }
    expect(total).toBeLessThan(1_200_000)
  })

  test.each(['../articles.ts', '..%2farticles.ts', 'night-tram.png', '/etc/passwd', '', 'constructor'])(
    'give no other file: %j',
    async (name) => {
      expect(await sampleImage(name)).toBeUndefined()
    },
  )
})
