// Without a network: the page that says so in place of the one that was wanted, and what is kept for it.
import { beforeEach, expect, it } from 'vitest'
import { signToken } from '../../src/platform/signed-token.ts'
import { messagesFor } from '../../src/subscriptions/languages.ts'
import { aReader } from '../support/factories.ts'
import { iconWidth, letterSpacing, look, testBrowser } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const service = testService()
let preferences = ''
beforeEach(async () => {
  const { subscriptionId } = await aReader(service.db, { email: 'ada@reader.example' })
  const { keys } = service.context
  preferences = `${service.url}/preferences/${signToken(keys, keys.newestId, 'preferences', subscriptionId)}`
})

it.each([
  ['ar', 360, 'dark'],
  ['en', 1280, 'light'],
] as const)(
  'says so in %s, keeps nothing else, and is gone with the network back',
  async (language, width, colorScheme) => {
    const { offline } = messagesFor(language).site
    const page = await browser.open({ width, scripts: true, colorScheme }, { locale: language, hasWorker: true })
    await page.goto(service.url)
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    // A reader's own page, seen with the worker at work.
    await service.db.updateTable('subscriptions').set({ language }).execute()
    await page.goto(preferences)
    await page.waitForLoadState('networkidle')

    await page.context().setOffline(true)
    for (const wanted of [preferences, `${service.url}/archive?topic=none`]) {
      await page.goto(wanted)
      expect(page.url()).toBe(wanted)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(offline.title)
    }
    expect(await iconWidth(page)).toBeGreaterThan(0)
    if (language === 'ar') expect(await letterSpacing(page, 'h1')).toMatch(/^(normal|0px)$/)
    await look(page, `${width} ${colorScheme} offline in ${language}`)
    const kept = await page.evaluate(async () => {
      const names = await caches.keys()
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return requests.flat().map(({ url }) => new URL(url).pathname + new URL(url).search)
    })
    expect(kept).toEqual([`/offline?language=${language}`])

    await page.context().setOffline(false)
    await page.getByRole('link', { name: offline.again }).click()
    await page.getByRole('heading', { name: messagesFor(language).page.archive }).waitFor()
    expect(page.url()).toBe(`${service.url}/archive?topic=none`)
  },
)

it('a form is not sent and lost: it says so, and what was typed stays', async () => {
  const page = await browser.open({ width: 360, scripts: true, colorScheme: 'light' }, { hasWorker: true })
  await page.goto(service.url)
  await page.getByLabel('Email address').fill('bob@reader.example')
  await page.context().setOffline(true)
  const button = page.getByRole('button', { name: 'Subscribe', exact: true })
  await button.click()
  await page.getByRole('alert').getByText('You are offline').waitFor()
  expect(await page.getByLabel('Email address').inputValue()).toBe('bob@reader.example')
  await look(page, '360 light offline form')
  await page.context().setOffline(false)
  await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  await button.click()
  await page.getByRole('heading', { name: 'Check your inbox' }).waitFor()
})
