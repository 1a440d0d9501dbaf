// What a reader is told when it is not done: from another site, too much, stopped, not shown to be a person.
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpServer, serve } from '../../src/node-http.ts'
import { look, testBrowser, type View } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const views: View[] = [
  { width: 360, scripts: true, colorScheme: 'dark' },
  { width: 1280, scripts: false, colorScheme: 'light' },
]
const nameOf = ({ width, scripts, colorScheme }: View) => `${width} ${colorScheme}${scripts ? '' : ' no scripts'}`

describe.each(views)('at $width px, scripts: $scripts', (view) => {
  const service = testService()
  const hour = 3_600_000

  describe('a form on another site', () => {
    let elsewhere: HttpServer
    let form = ''
    beforeEach(async () => {
      const page = () =>
        `<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><main>${form}</main></html>`
      const answer = () => new Response(page(), { headers: { 'content-type': 'text/html; charset=utf-8' } })
      elsewhere = await serve(answer, { host: '127.0.0.1', port: 0, variable: 'PORT' })
    })
    afterEach(() => elsewhere.close())

    it.each([
      [403, '/my-link', 'ada@reader.example', 'That came from another site'],
      [413, '/subscribe', 'x'.repeat(70_000), 'That is too much'],
    ])('is answered %i', async (status, path, email, title) => {
      form = `<form method="post" action="${service.url}${path}"><textarea name="email">${email}</textarea><button>Send</button></form>`
      const page = await browser.open(view)
      await page.goto(elsewhere.url.replace('127.0.0.1', 'localhost'))
      const answered = page.waitForResponse((response) => response.url() === `${service.url}${path}`)
      await page.getByRole('button').click()
      expect((await answered).status()).toBe(status)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title)
      await look(page, `${nameOf(view)} 30 answered ${status}`)
    })
  })

  it.each(['en', 'ar'])('says in %s that it was our fault, and how to go on', async (language) => {
    const page = await browser.open(view)
    await sql`alter table public_digests rename to gone`.execute(service.db)
    try {
      const answer = await page.goto(`${service.url}/archive?language=${language}`)
      expect(answer?.status()).toBe(500)
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
      expect(await page.locator('body').textContent()).not.toMatch(/public_digests|relation|stack|at \//)
      await look(page, `${nameOf(view)} 33 our fault in ${language}`)
    } finally {
      await sql`alter table gone rename to public_digests`.execute(service.db)
    }
  })

  it('says that sign-ups are stopped, and for how long', async () => {
    const stopped_until = new Date(service.context.clock.now().getTime() + hour)
    await service.db.insertInto('confirmation_stop').values({ stopped_until }).execute()
    const page = await browser.open(view)
    await page.goto(service.url)
    await page.getByLabel('Email address').fill('ada@reader.example')
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Subscribe', exact: true }).click()
    expect((await answered).status()).toBe(503)
    expect((await answered).headers()['retry-after']).toBe('3600')
    await look(page, `${nameOf(view)} 31 sign-ups are stopped`)
  })
})

describe.each(views)('with Turnstile, at $width px, scripts: $scripts', (view) => {
  const service = testService(() => ({ turnstile: { siteKey: '1x00000000000000000000AA', secret: 'none' } }))

  it('asks to show that one is a person, and says so where that is missing', async () => {
    const page = await browser.open(view)
    // In place of the widget, which needs the network: it holds no token until somebody solves it.
    await page.route('https://challenges.cloudflare.com/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'document.body.dataset.challenge = "loaded"' }),
    )
    await page.goto(service.url)
    if (view.scripts) await page.waitForSelector('body[data-challenge]')
    await page.getByLabel('Email address').fill('ada@reader.example')
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button', { name: 'Subscribe', exact: true }).click()
    expect((await answered).status()).toBe(422)
    expect(await page.getByLabel('Email address').inputValue()).toBe('ada@reader.example')
    expect(await page.getByText('Please show that you are a person').count()).toBe(1)
    await look(page, `${nameOf(view)} 32 not shown to be a person`)
  })
})
