import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HttpServer, serve } from '../../src/node-http.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { startSandbox } from '../support/sandbox.ts'
import { webhookSecret } from '../support/webhooks.ts'
import { examined } from './support.ts'

const database = testDatabase()
let server: HttpServer
let asked: { method: string; path: string; key: string | null }[] = []
let answer: (request: Request) => Response | Promise<Response>

beforeEach(async () => {
  asked = []
  server = await serve(
    (request) => {
      const { pathname, search } = new URL(request.url)
      asked.push({ method: request.method, path: pathname + search, key: request.headers.get('authorization') })
      return answer(request)
    },
    { host: '127.0.0.1', port: 0, variable: 'PORT' },
  )
})
afterEach(() => server.close())

const look = async (environment: Record<string, string> = {}, timeLimitMs = 10_000) =>
  examined(database.db, {
    timeLimitMs,
    environment: {
      RESEND_API_KEY: 're_own',
      RESEND_BASE_URL: `http://127.0.0.1:${server.port}`,
      MAIL_FROM: 'Daily News <news@Mail.Site.example>',
      ...environment,
    },
  })

const domain = (name: string, status: string) => ({ id: `id-${name}`, name, status, region: 'eu-west-1' })
const list = (...data: object[]) => Response.json({ object: 'list', has_more: false, data })
const refusal = (statusCode: number, name: string, message = 'No.') =>
  Response.json({ statusCode, name, message }, { status: statusCode })

describe('the key', () => {
  it('is taken, by a question that changes nothing', async () => {
    answer = () => list()
    expect((await look()).of('provider-key')).toMatchObject({ status: 'ok', found: 'the provider takes it' })
    expect(asked).toEqual([{ method: 'GET', path: '/domains?limit=100', key: 'Bearer re_own' }])
  })

  it('may be one that only sends', async () => {
    answer = () => refusal(401, 'restricted_api_key', 'This API key is restricted to only send emails')
    const { of } = await look()
    expect(of('provider-key')).toMatchObject({ status: 'ok', found: 'the provider takes it, for sending alone' })
    expect(of('sender-domain')).toMatchObject({ status: 'not checked', found: expect.stringContaining('only send') })
    expect(of('received-mail')).toMatchObject({ status: 'ok', found: 'none: there is no INBOUND_DOMAIN' })
  })

  it('has to read what readers write, where they can', async () => {
    const inbound = { INBOUND_DOMAIN: 'reply.site.example', RESEND_WEBHOOK_SECRET: webhookSecret }
    answer = () => list()
    const found = 'the key may read what is written to reply.site.example'
    expect((await look(inbound)).of('received-mail')).toMatchObject({ status: 'ok', found })
    answer = () => refusal(401, 'restricted_api_key')
    const { of, ok } = await look(inbound)
    expect(of('received-mail')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/^the key may only send, so what readers write to reply/),
      remedy: expect.stringContaining('full access'),
    })
    expect(ok).toBe(false)
    answer = () => refusal(500, 'application_error')
    expect((await look(inbound)).of('received-mail').status).toBe('not checked')
    expect((await examined(database.db)).of('received-mail').status).toBe('ok')
  })

  it.each([
    [401, 'validation_error'],
    [403, 'invalid_api_key'],
    [403, 'restricted_api_key'],
    [403, 'suspended_api_key'],
    [400, 'validation_error'],
  ])('is refused with %i %s', async (status, name) => {
    answer = () => refusal(status, name, 'Not for owner@site.example')
    const { of, ok } = await look()
    expect(ok).toBe(false)
    expect(of('provider-key')).toMatchObject({
      status: 'problem',
      found: `the provider refuses it: ${status} ${name}: Not for [address]`,
    })
    expect(of('sender-domain')).toMatchObject({ status: 'not checked' })
  })

  it('is not checked where the provider has no time for it, or is none that lists domains', async () => {
    answer = () => refusal(429, 'rate_limit_exceeded')
    expect((await look()).of('provider-key')).toMatchObject({
      status: 'not checked',
      found: expect.stringContaining('429'),
    })
    answer = () => new Response('Not found', { status: 404 })
    expect((await look()).of('provider-key')).toMatchObject({
      status: 'not checked',
      found: expect.stringContaining('404'),
    })
    answer = () => Response.json({ data: 'none' })
    expect((await look()).of('provider-key')).toMatchObject({ status: 'not checked' })
  })

  it('is a problem where the provider fails, hangs or is not there', async () => {
    answer = () => refusal(503, 'service_unavailable')
    expect((await look()).of('provider-key')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('503'),
    })
    answer = () => new Promise<Response>(() => {})
    expect((await look({}, 1_500)).of('provider-key')).toMatchObject({
      status: 'problem',
      found: 'the provider gives no answer that can be read',
    })
    expect((await look({ RESEND_BASE_URL: 'http://127.0.0.1:1' })).of('provider-key')).toMatchObject({
      status: 'problem',
    })
  })

  it('is not looked at by the sandbox, which knows no domains', async () => {
    const sandbox = await startSandbox(testContext(database.db))
    const { of } = await look({ RESEND_BASE_URL: sandbox.url })
    await sandbox.close()
    expect(of('provider-key')).toMatchObject({ status: 'not checked', found: expect.stringContaining('404') })
  })
})

describe('the sender’s domain', () => {
  const status = async () => {
    const { status: word, found } = (await look()).of('sender-domain')
    return [word, found]
  }

  it('is verified, or not', async () => {
    answer = () => list(domain('other.example', 'failed'), domain('mail.site.example', 'verified'))
    expect(await status()).toEqual(['ok', 'mail.site.example is verified'])
    for (const word of ['pending', 'failed', 'not_started']) {
      answer = () => list(domain('mail.site.example', word))
      expect(await status()).toEqual(['problem', `mail.site.example is ${word.replace('_', ' ')}`])
    }
    for (const word of ['temporary_failure', 'partially_verified']) {
      answer = () => list(domain('mail.site.example', word))
      expect(await status()).toEqual(['warning', `mail.site.example is ${word.replace('_', ' ')}`])
    }
  })

  it('has to be there itself', async () => {
    answer = () => list()
    expect(await status()).toEqual(['problem', 'mail.site.example is none of the 0 domains of this account'])
    answer = () => list(domain('site.example', 'verified'), domain('a.mail.site.example', 'verified'))
    expect(await status()).toEqual([
      'problem',
      'mail.site.example is none of the 2 domains of this account; site.example is, but does not cover it',
    ])
  })

  it('is found on a later page', async () => {
    answer = ({ url }) =>
      new URL(url).searchParams.get('after') === 'id-first.example'
        ? list(domain('mail.site.example', 'verified'))
        : Response.json({ object: 'list', has_more: true, data: [domain('first.example', 'failed')] })
    expect(await status()).toEqual(['ok', 'mail.site.example is verified'])
    expect(asked).toHaveLength(2)
  })
})

describe('tracking', () => {
  it.each([
    [false, false, 'ok', 'neither openings nor clicks, says the provider of mail.site.example'],
    [true, false, 'problem', 'tracks openings of mail from mail.site.example, and the pages say'],
    [false, true, 'problem', 'tracks clicks of mail from mail.site.example, and the pages say'],
    [true, true, 'problem', 'tracks openings and clicks of mail from mail.site.example, and the pages say'],
  ])(
    'of openings %s and of clicks %s, as the sandbox says it of the sender’s domain',
    async (opens, clicks, status, found) => {
      const own = { name: 'Mail.Site.example', status: 'verified', open_tracking: opens, click_tracking: clicks }
      const other = { name: 'other.example', status: 'verified', open_tracking: true, click_tracking: true }
      const sandbox = await startSandbox(testContext(database.db), { domains: [other, own] })
      const examination = await look({ RESEND_BASE_URL: sandbox.url })
      await sandbox.close()
      expect(examination.of('sender-domain')).toMatchObject({ status: 'ok', found: 'mail.site.example is verified' })
      expect(examination.of('tracking')).toMatchObject({ status, found: expect.stringContaining(found) })
      expect(examination.of('tracking').remedy ?? 'Switch it off').toContain('Switch it off')
    },
  )

  it('is off where the provider does not say, and not checked where it lists no such domain', async () => {
    answer = () => list(domain('mail.site.example', 'verified'))
    expect((await look()).of('tracking').status).toBe('ok')
    answer = () => list({ ...domain('mail.site.example', 'verified'), open_tracking: 'no' })
    expect((await look()).of('tracking').status).toBe('ok')
    answer = () => list()
    expect((await look()).of('tracking').status).toBe('not checked')
    answer = () => refusal(401, 'restricted_api_key')
    expect((await look()).of('tracking')).toMatchObject({
      status: 'not checked',
      remedy: expect.stringContaining('resend.com/domains'),
    })
    expect((await examined(database.db)).of('tracking').status).toBe('ok')
  })
})

describe('the webhook’s secret', () => {
  it('is set, or bounces change nothing', async () => {
    answer = () => list()
    const without = await look({ PUBLIC_URL: 'https://digest.example' })
    expect(without.of('webhook-secret')).toMatchObject({
      status: 'problem',
      remedy: expect.stringContaining('https://digest.example/webhooks/resend'),
    })
    const set = await look({ RESEND_WEBHOOK_SECRET: `${webhookSecret},${webhookSecret}` })
    expect(set.of('webhook-secret')).toMatchObject({ status: 'ok', found: '2 secrets set' })
    expect(JSON.stringify(set.checks)).not.toContain('whsec_')
    expect((await examined(database.db)).of('webhook-secret')).toMatchObject({ status: 'ok' })
  })
})

describe('the publisher’s site', () => {
  it('is where further stories are: without it they are only counted', async () => {
    answer = () => list()
    expect((await look()).of('publisher-site')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('“14 more stories” is no link'),
      remedy: expect.stringContaining('https://www.example.com/'),
    })
    const set = await look({ SITE_URL: 'https://post.example/' })
    expect(set.of('publisher-site')).toMatchObject({ status: 'ok', found: 'https://post.example/' })
    expect((await examined(database.db)).of('publisher-site').status).toBe('ok')
  })
})

describe('the clock', () => {
  const skewed = (ms: number) => ({
    ...systemClock,
    now: () => new Date(Date.now() + ms),
  })
  const environment = () => ({ RESEND_API_KEY: 're_own', RESEND_BASE_URL: `http://127.0.0.1:${server.port}` })

  it.each([
    [0, 'ok', /^agrees with the database$/],
    [1_500, 'ok', /^1\.\d s ahead of the database$/],
    [-10_000, 'warning', /^(9|10)\.\d s behind the database$/],
    [40_000, 'problem', /^(39|40)\.\d s ahead of the database$/],
  ])('that is %i ms off the database’s', async (ms, status, found) => {
    const { of } = await examined(database.db, { clock: skewed(ms) })
    expect(of('clock-skew')).toMatchObject({ status, found: expect.stringMatching(found) })
  })

  it('is compared with the provider’s, too', async () => {
    const at = (ms: number) =>
      (answer = () => new Response('{}', { status: 404, headers: { date: new Date(Date.now() + ms).toUTCString() } }))
    const look = async () =>
      (await examined(database.db, { clock: systemClock, environment: environment() })).of('clock-skew')
    at(0)
    expect(await look()).toMatchObject({ status: 'ok', found: 'agrees with the database, agrees with the provider' })
    at(-10_000)
    expect(await look()).toMatchObject({ status: 'warning', found: expect.stringContaining('ahead of the provider') })
    at(60_000)
    expect(await look()).toMatchObject({ status: 'problem', found: expect.stringContaining('behind the provider') })
  })

  it('is not checked where nobody tells the time', async () => {
    const { of } = await examined(database.db, { environment: { DATABASE_URL: 'nonsense' } })
    expect(of('clock-skew')).toMatchObject({ status: 'not checked' })
  })
})
