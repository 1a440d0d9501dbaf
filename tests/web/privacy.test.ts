// The page says what is done: it follows the configuration, and what it says of the code is so.
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { type Config, readConfig } from '../../src/platform/config.ts'
import { forgetReaders } from '../../src/subscriptions/forget-readers.ts'
import { languages, messagesFor } from '../../src/subscriptions/languages.ts'
import { forgetTries } from '../../src/subscriptions/sign-up-limits.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday } from '../support/context.ts'
import { createTestApp } from '../support/web-app.ts'

const web = webFixture()
const minutesOn = (minutes: number) => new Date(monday.getTime() + minutes * 60_000)
const reaching = {
  PUBLIC_URL: 'https://digest.example',
  RESEND_API_KEY: 're_test',
  SIGNING_KEYS: `test:${btoa('x'.repeat(32))}`,
  MAIL_FROM: 'The Evening <hello@evening.example>',
  POSTAL_ADDRESS: '7 Quay Street, Harbourtown',
}

/** What the page says as text, with this configuration. */
async function pageWith(env: Record<string, string>, more: Partial<Config> = {}, query = ''): Promise<string> {
  const config = { ...readConfig({ ...reaching, ...env }), ...more }
  const { request } = createTestApp({ ...web.context, config })
  const html = await (await request(`/privacy${query}`)).text()
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/[^\S\u00a0\u202f]+/g, ' ')
    .replaceAll('&#39;', "'")
}

describe('the privacy page', () => {
  it('names who is responsible, and how to reach them', async () => {
    const page = await pageWith({})
    for (const text of ['7 Quay Street, Harbourtown', 'hello@evening.example', 'Newsmatro'])
      expect(page).toContain(text)
    expect(page).not.toContain('<digest@newsmatro.example>')
  })

  it('names the provider, or that there is none', async () => {
    expect(await pageWith({})).toContain('Resend (resend.com) delivers the mails.')
    expect(await pageWith({ RESEND_BASE_URL: 'https://mail.elsewhere.example' })).toContain(
      'mail.elsewhere.example delivers',
    )
    const trial = await pageWith({ RESEND_API_KEY: '' })
    expect(trial).toContain('this is a trial')
    expect(trial).not.toContain('resend.com')
  })

  it('says how long the provider keeps mails where that is known, and else that one may ask', async () => {
    const resend = await pageWith({ RESEND_BASE_URL: 'https://api.resend.com' })
    expect(resend).toContain('Resend (resend.com) delivers the mails.')
    expect(resend).toContain('It keeps the mails for 30 days at most')
    const other = await pageWith({ RESEND_BASE_URL: 'https://mail.elsewhere.example' })
    expect(other).toContain('Write to us if you want to know where it keeps the mails, and for how long.')
    expect(other).not.toContain('30 days at most')
  })

  it('says who of them is in the United States, and what protects data there', async () => {
    const abroad = (page: string) =>
      /In the United States: (.*?)\. What protects .* standard contractual/.exec(page)?.[1]
    const turnstile = { TURNSTILE_SITE_KEY: '0x4AAA', TURNSTILE_SECRET: '0x4AAB' }
    expect(abroad(await pageWith({}))).toBe('Resend')
    expect(abroad(await pageWith(turnstile))).toBe('Resend, Cloudflare')
    expect(abroad(await pageWith({ RESEND_API_KEY: '', ...turnstile }))).toBe('Cloudflare')
    for (const env of [{ RESEND_API_KEY: '' }, { RESEND_BASE_URL: 'https://mail.elsewhere.example' }]) {
      expect(await pageWith(env)).not.toContain('United States')
    }
  })

  it.each(languages)('says so in %s', async (language) => {
    const page = await pageWith({}, { serversBy: 'Cloudflare' }, `?language=${language}`)
    const say = messagesFor(language).site.privacy
    const kept = say.deliversKept({ period: say.days({ count: 30 }) })
    for (const words of [kept, say.hosts, say.database, say.transfer({ who: 'Resend, Cloudflare' })]) {
      expect(page).toContain(words)
    }
  })

  it('names who runs the servers where the runtime tells, and that it is not who stores the data', async () => {
    const page = await pageWith({}, { serversBy: 'Cloudflare' })
    expect(page).toMatch(/Cloudflare runs the servers .* Whoever runs the database for us stores the data/)
    expect(page).toContain('In the United States: Resend, Cloudflare.')
    expect(page).not.toContain('Whoever runs the servers')
    expect(await pageWith({})).toContain('Whoever runs the servers for us stores the data.')
  })

  it.each([
    ['Turnstile', { TURNSTILE_SITE_KEY: '0x4AAA', TURNSTILE_SECRET: '0x4AAB' }, 'Cloudflare Turnstile'],
    [
      'inbound mail',
      { INBOUND_DOMAIN: 'reply.evening.example', RESEND_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      'reply.evening.example',
    ],
    ['a logo', { LOGO_URL: 'https://img.evening.example/logo.png', LOGO_SIZE: '200x50' }, 'img.evening.example'],
    [
      'an icon',
      { ICON_URL: 'https://icons.evening.example/icon.svg' },
      'icons.evening.example has the small sign in the tab',
    ],
    ['forms on other sites', { EMBED_ORIGINS: 'https://www.evening.example' }, 'www.evening.example'],
  ])('speaks of %s only where it is set up', async (_, env, words) => {
    expect(await pageWith(env)).toContain(words)
    expect(await pageWith({})).not.toContain(words)
  })

  it('says how long as long as it is: who never confirmed', async () => {
    const days = Number(/never confirmed, (\d+) days/.exec(await pageWith({}))?.[1])
    await subscribe(web.context, { email: 'ada@reader.example' }, { source: 'form', ip: null, userAgent: null })
    await sql`update subscriptions set created_at = ${monday}`.execute(web.db)
    const addresses = () => web.db.selectFrom('subscribers').select('email').execute()
    web.context.clock.set(minutesOn(days * 24 * 60 - 1))
    await forgetReaders(web.context, at(monday))
    expect(await addresses()).toEqual([{ email: 'ada@reader.example' }])
    web.context.clock.set(minutesOn(days * 24 * 60 + 1))
    await forgetReaders(web.context, at(monday))
    expect(await addresses()).toEqual([{ email: expect.stringMatching(/^erased-/) }])
  })

  it('says how long as long as it is: tries to sign up', async () => {
    const minutes = Number(
      /keyed hash of the address, and of where they came from .{0,80} (\d+) minutes/.exec(await pageWith({}))?.[1],
    )
    await subscribe(web.context, { email: 'ada@reader.example' }, { source: 'form', ip: '192.0.2.7', userAgent: null })
    const tries = async () => (await web.db.selectFrom('sign_up_tries').select('bucket').execute()).length
    expect(await tries()).toBe(2)
    web.context.clock.set(minutesOn(minutes - 0.5))
    await forgetTries(web.context, at(monday))
    expect(await tries()).toBe(2)
    web.context.clock.set(minutesOn(minutes + 0.5))
    await forgetTries(web.context, at(monday))
    expect(await tries()).toBe(0)
  })

  it('leads to what it promises', async () => {
    const html = await (await web.request('/privacy')).text()
    const links = [...html.matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path ?? '')
    expect(links).toContain('/my-link')
    for (const path of new Set(links)) expect((await web.request(path)).status, path).toBe(200)
  })
})
