// The whole pipeline over feeds of every shape: fetched, read, stored, chosen, rendered, and mailed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { htmlToText } from '../../src/articles/html-to-text.ts'
import { readDigest } from '../../src/digests/digest-mail.ts'
import { feedServer } from '../articles/feed-server.ts'
import { mailDigestOf, shapedFeeds } from '../articles/shaped-feeds.ts'
import type { TestContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { startMailing, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
const server = feedServer()
let context: TestContext
let sandbox: TestSandbox
beforeEach(async () => {
  const mailing = await startMailing(database.db)
  context = mailing.context
  sandbox = mailing.sandbox
})
afterEach(() => sandbox.close())

const byTitle = (one: { title: string }, other: { title: string }) => (one.title < other.title ? -1 : 1)

it('there are feeds of at least twenty shapes', () => {
  expect(shapedFeeds.length).toBeGreaterThanOrEqual(20)
})

describe.each(shapedFeeds)('the feed $name', (shaped) => {
  it('becomes a digest that a careful editor would send', async () => {
    await mailDigestOf(shaped, context, server)
    const digest = await database.db.selectFrom('digests').selectAll().executeTakeFirstOrThrow()
    expect(digest.further_count).toBe(shaped.further)
    const { stories } = await readDigest(context.db, digest)
    const told = stories.map(({ title, url, summary, imageUrl, imageAlt, authors, topics }) => ({
      ...{ title, url, summary, image: imageUrl, alt: imageAlt, authors, topics: topics.map(({ name }) => name) },
    }))
    expect(told.toSorted(byTitle)).toEqual(shaped.stories.toSorted(byTitle))

    const [mail, ...more] = await sandbox.mails()
    expect(more).toEqual([])
    const html = mail?.html ?? ''
    const shown = htmlToText(html.replace(/<head>.*?<\/head>/s, ''))
    const [lead] = stories
    for (const { title } of stories) {
      expect(shown).toContain(title)
      expect((mail?.text ?? '').replace(/\s+/g, ' ')).toContain(title)
    }
    expect(shown).toContain(lead?.summary)
    const addresses = [...html.matchAll(/\bhref="([^"]*)"/g)].map(([, address]) => htmlToText(address ?? ''))
    for (const { url } of stories) if (url !== null) expect(addresses).toContain(url)
    const pictures = [...html.matchAll(/<img\b[^>]*\bsrc="([^"]*)"/g)].map(([, address]) => htmlToText(address ?? ''))
    const expected = stories.flatMap(({ imageUrl }) => imageUrl ?? [])
    expect(expected).toEqual(expect.arrayContaining(pictures))
    if (lead?.imageUrl) expect(pictures).toContain(lead.imageUrl)
  })
})
