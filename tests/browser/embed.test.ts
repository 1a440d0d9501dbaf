// The form on a page of another site: made by the script, or written there.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpServer, serve } from '../../src/node-http.ts'
import { look, testBrowser, type View } from './browser.ts'
import { testService } from './service.ts'

let elsewhere: HttpServer
let content = ''
const page = () => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Gazette</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
<body><main><h1>The Gazette</h1>${content}</main></body></html>`

beforeEach(async () => {
  const answer = () => new Response(page(), { headers: { 'content-type': 'text/html' } })
  elsewhere = await serve(answer, { host: '127.0.0.1', port: 0, variable: 'PORT' })
})
afterEach(() => elsewhere.close())
/** Another site, and not only another origin. */
const siteUrl = () => elsewhere.url.replace('127.0.0.1', 'localhost')

const browser = testBrowser()
const service = testService(() => ({ embedOrigins: [siteUrl()] }))

/** What /embed gives to copy. */
async function snippet(id: 'script' | 'form'): Promise<string> {
  const copied = await browser.open({ width: 1280, scripts: false, colorScheme: 'light' })
  await copied.goto(`${service.url}/embed`)
  return copied.locator(`#${id}`).inputValue()
}

const subscribers = () =>
  service.db
    .selectFrom('subscribers as r')
    .innerJoin('consent_events as e', 'e.subscriber_id', 'r.id')
    .innerJoin('subscriptions as s', 's.subscriber_id', 'r.id')
    .select(['r.email', 'e.source', 's.time_zone'])
    .where('e.kind', '=', 'requested')
    .execute()

describe.each(['script', 'form and script'])('the %s', (what) => {
  it('signs up without leaving the page, and says there what is wrong', async () => {
    content = what === 'script' ? await snippet('script') : (await snippet('form')) + (await snippet('script'))
    const view: View = { width: 360, scripts: true, colorScheme: 'light' }
    const reading = await browser.open(view, { mayFail: '/subscribe' })
    await reading.goto(siteUrl())
    const email = reading.getByLabel('Email address')
    expect(await email.count()).toBe(1)
    await email.fill('ada@mailinator.com')
    await reading.keyboard.press('Enter')
    const status = reading.getByRole('status')
    await status.getByText('throw', { exact: false }).waitFor()
    expect(await email.getAttribute('aria-invalid')).toBe('true')
    expect(await email.evaluate((field) => document.activeElement === field)).toBe(true)
    await look(reading, `embedded ${what} with an error`)

    await email.fill('ada@reader.example')
    await reading.getByRole('button', { name: 'Subscribe' }).click()
    await status.getByText('a mail is on its way', { exact: false }).waitFor()
    await look(reading, `embedded ${what}`)
    expect(new URL(reading.url()).origin).toBe(siteUrl())
    expect(await subscribers()).toEqual([{ email: 'ada@reader.example', source: 'embed', time_zone: 'Europe/Berlin' }])
    await reading.goto(await service.link('confirm'))
    await reading.getByRole('button', { name: 'Confirm my subscription' }).click()
    await reading.getByRole('heading', { name: 'You are subscribed' }).waitFor()
  })
})

it('works without scripts too, and leads to a page', async () => {
  content = await snippet('form')
  const reading = await browser.open({ width: 1280, scripts: false, colorScheme: 'light' })
  await reading.goto(siteUrl())
  await reading.getByLabel('Email address').fill('ada@reader.example')
  await reading.getByRole('button', { name: 'Subscribe' }).click()
  expect(await reading.getByRole('heading', { level: 1 }).textContent()).toBe('Check your inbox')
  expect(await subscribers()).toEqual([{ email: 'ada@reader.example', source: 'embed', time_zone: 'UTC' }])
})
