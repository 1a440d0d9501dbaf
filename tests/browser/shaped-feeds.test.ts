// The digests of feeds of every shape, as pictures to be looked at: tests/artifacts/browser/feed *.png
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { messagesFor } from '../../emails/messages.ts'
import { feedServer } from '../articles/feed-server.ts'
import { mailDigestOf, shapedFeeds } from '../articles/shaped-feeds.ts'
import { testBrowser } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const service = testService()
const server = feedServer()
const artifacts = resolve(import.meta.dirname, '../artifacts/browser')

/** Stands for every picture, and says which one it is. */
const pictureFor = (address: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="675"><rect width="100%" height="100%" fill="#3a6b7e"/>
    <text x="40" y="340" font-size="44" fill="#fff">${new URL(address).pathname.split('/').slice(-2).join('/')}</text></svg>`

describe.each(shapedFeeds)('the digest of the feed $name', (shaped) => {
  it('shows each of its pictures, and no markup', async () => {
    await mailDigestOf(shaped, service.context, server)
    const [mail] = await service.mails()
    const page = await browser.open({ width: 720, scripts: false, colorScheme: 'light' })
    const asked: string[] = []
    await page.route(/^https?:/, async (route) => {
      asked.push(route.request().url())
      await route.fulfill({ contentType: 'image/svg+xml', body: pictureFor(route.request().url()) })
    })
    await page.setContent(mail?.html ?? '', { waitUntil: 'load' })
    await page.screenshot({ path: resolve(artifacts, `feed ${shaped.name}.png`), fullPage: true })

    const headings = await page.locator('h2, h3').allTextContents()
    const brief = headings.indexOf(messagesFor(shaped.language).digest.inBrief)
    const inFull = new Set(brief === -1 ? headings : headings.slice(0, brief))
    const pictures = shaped.stories.flatMap(({ title, image }) =>
      image !== null && inFull.has(title) ? new URL(image).href : [],
    )
    expect(shaped.stories.some(({ title }) => inFull.has(title))).toBe(true)
    expect(new Set(asked)).toEqual(new Set(pictures))
    const text = await page.locator('body').innerText()
    const written = shaped.stories.map(({ title, summary }) => `${title} ${summary}`).join(' ')
    const markup = (text.match(/<\/?[a-z][^<>]*>|&#?\w+;/gi) ?? []).filter((each) => !written.includes(each))
    expect(markup).toEqual([])
  })
})
