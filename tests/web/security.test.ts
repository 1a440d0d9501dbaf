import { beforeEach, describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createLog } from '../../src/platform/log.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { createApp } from '../../src/web/app.tsx'
import { dumpTables } from '../support/dump.ts'
import { aReader } from '../support/factories.ts'

const web = webFixture()
let tokens: { preferences: string; unsubscribe: string }

beforeEach(async () => {
  const { subscriptionId } = await aReader(web.db)
  const { keys } = web.context
  tokens = {
    preferences: signToken(keys, keys.newestId, 'preferences', subscriptionId),
    unsubscribe: signToken(keys, keys.newestId, 'unsubscribe', subscriptionId),
  }
})

const choose = (headers: Record<string, string>) => {
  const body = new URLSearchParams({ hour: '9' })
  return web.request(`/preferences/${tokens.preferences}`, { method: 'POST', body, headers })
}

it('routes are such that they are found by one expression, not one by one', async () => {
  const app = createApp(web.context, { background: () => {}, clientAddress: () => null })
  await app.request('/healthz')
  expect(app.router.name).toContain('RegExpRouter')
})

describe('where a form comes from', () => {
  it.each([
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'null' }, 200],
    ['the address bar', { 'sec-fetch-site': 'none' }, 200],
    ['our own page, in an old browser', { origin: 'https://digest.example' }, 200],
    ['our own page, in an old browser that keeps to no-referrer', { origin: 'null' }, 200],
    ['a program', {}, 200],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' }, 403],
    ['another site that hides', { 'sec-fetch-site': 'cross-site', origin: 'null' }, 403],
    ['a site next to ours', { 'sec-fetch-site': 'same-site', origin: 'https://shop.digest.example' }, 403],
    ['another site, in an old browser', { origin: 'https://elsewhere.example' }, 403],
    ['no origin at all', { origin: '\u00ff' }, 403],
  ])('%s', async (_, headers, status) => {
    const before = await dumpTables(web.db)
    const response = await choose(headers)
    expect(response.status).toBe(status)
    if (status === 403) expect(await dumpTables(web.db)).toEqual(before)
  })

  it('is asked of every form, and not of a mailbox', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' }
    const post = async (path: string) => (await web.request(path, { method: 'POST', headers })).status
    expect(await post(`/preferences/${tokens.preferences}`)).toBe(403)
    expect(await post(`/confirm/${'A'.repeat(43)}`)).toBe(403)
    expect(await post('/webhooks/resend')).toBe(503)
    expect(await post(`/unsubscribe/${tokens.unsubscribe}`)).toBe(200)
  })
})

describe('every answer', () => {
  const paths = () => [
    '/',
    '/app.css',
    '/app.js',
    '/healthz',
    '/nothing',
    '/confirm/x',
    `/preferences/${tokens.preferences}`,
    `/unsubscribe/${tokens.unsubscribe}`,
  ]

  it('has the headers that keep it safe, also to HEAD, which has no body', async () => {
    for (const path of paths()) {
      const get = await web.request(path)
      const head = await web.request(path, { method: 'HEAD' })
      const { headers } = get
      expect(head.status, path).toBe(get.status)
      expect(await head.text()).toBe('')
      const withoutId = (response: Response) =>
        [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'content-length')
      expect(withoutId(head), path).toEqual(withoutId(get))
      const policy = headers.get('content-security-policy') ?? ''
      for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"]) {
        expect(policy, path).toContain(part)
      }
      expect(policy).not.toContain('unsafe')
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control'), path).not.toBeNull()
      expect(headers.get('set-cookie')).toBeNull()
    }
  })

  it('has them also where nothing is shown, nothing is done, and something breaks', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site' }
    const asked: [number, string, RequestInit][] = [
      [302, `/preferences/${tokens.preferences}/join`, {}],
      [404, '/nothing', { method: 'DELETE' }],
      [403, `/preferences/${tokens.preferences}`, { method: 'POST', headers: foreign }],
      [413, '/subscribe', { method: 'POST', body: 'x'.repeat(65 * 1024) }],
      [422, '/subscribe', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }],
      [
        202,
        '/subscribe',
        { method: 'POST', body: '{"email":"ada@reader.example"}', headers: { 'content-type': 'application/json' } },
      ],
      [200, `/unsubscribe/${tokens.unsubscribe}`, { method: 'POST', body: 'List-Unsubscribe=One-Click' }],
    ]
    for (const [status, path, init] of asked) {
      const response = await web.request(path, { redirect: 'manual', ...init })
      expect(response.status, path).toBe(status)
      for (const name of [
        'content-security-policy',
        'strict-transport-security',
        'referrer-policy',
        'cache-control',
        'x-request-id',
      ]) {
        expect(response.headers.get(name), `${name} of ${status}`).not.toBeNull()
      }
    }
  })

  it('is not kept where it is behind a token, nor found by a search engine', async () => {
    for (const path of paths().filter((one) => /^\/(?:confirm|preferences|unsubscribe)\//.test(one))) {
      for (const method of ['GET', 'POST']) {
        const { headers } = await web.request(path, { method })
        expect(headers.get('cache-control'), `${method} ${path.split('/')[1]}`).toBe('no-store')
      }
      expect((await web.request(path)).headers.get('x-robots-tag')).toBe('noindex')
    }
  })

  it('has an id, taken over from whoever asked if it is one', async () => {
    const idOf = async (id: string) =>
      (await web.request('/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await idOf('trace-0af7651916cd43dd8448eb211c80319c')).toBe('trace-0af7651916cd43dd8448eb211c80319c')
    for (const id of ['', 'a b', '<script>', 'ada@reader.example', 'a'.repeat(65)]) {
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})

describe('limits', () => {
  it('refuse a body above 64 kB, with or without a length, and change nothing', async () => {
    const before = await dumpTables(web.db)
    const large = `email=${'x'.repeat(70_000)}`
    const stream = new Blob([large]).stream()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const streamed = { method: 'POST', body: stream, headers, duplex: 'half' } as RequestInit
    for (const path of ['/subscribe', `/preferences/${tokens.preferences}`, `/unsubscribe/${tokens.unsubscribe}`]) {
      expect((await web.request(path, { method: 'POST', body: large, headers })).status, path).toBe(413)
    }
    expect((await web.request('/subscribe', streamed)).status).toBe(413)
    expect(await dumpTables(web.db)).toEqual(before)
  })

  it('end an answer that does not come', async () => {
    const app = createApp(web.context, { background: () => {}, clientAddress: () => null, timeLimitMs: 20 })
    const body = new ReadableStream({ pull: () => new Promise(() => {}) })
    const response = await app.request('/subscribe', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('took too long') })
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})

it('logs a failure by its request, with nothing of what was asked', async () => {
  const lines: string[] = []
  const context = {
    ...web.context,
    db: undefined as never,
    log: createLog((line) => lines.push(line)),
  }
  const app = createApp(context, { background: () => {}, clientAddress: () => null })
  const response = await app.request(`/preferences/${tokens.preferences}?email=ada%40reader.example`, {
    headers: { 'x-request-id': 'known-to-both' },
  })
  expect(response.status).toBe(500)
  expect(await response.text()).toContain('known-to-both')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'request_failed', request: 'known-to-both', method: 'GET' },
  ])
  expect(lines.join()).not.toMatch(/@|%40|preferences/)
  expect(lines.join()).not.toContain(tokens.preferences.split('.').at(-1))
})
