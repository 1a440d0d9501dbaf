// Signing up through the form, as a program, and from the pages of other sites.
import type { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createLog } from '../../src/platform/log.ts'
import { createApp } from '../../src/web/app.tsx'
import { type TestContext, testContext } from '../support/context.ts'
import { aReader, aTopic } from '../support/factories.ts'

const database = webFixture()
const site = 'https://www.example.com'
let app: Hono
let context: TestContext
let log: string[]
let asked: { url: string; body: Record<string, string> }[]
let turnstile: () => Promise<Response>

function start(env: Record<string, string> = {}, ip: string | null = '192.0.2.7') {
  context = testContext(database.db, { env, log: createLog((line) => log.push(line)) })
  app = createApp(context, {
    background: () => {}, // the outbox tells what would be sent
    clientAddress: () => ip,
    fetch: async (input, init) => {
      asked.push({ url: String(input), body: JSON.parse(String(init?.body)) })
      return turnstile()
    },
  })
}

beforeEach(() => {
  log = []
  asked = []
  turnstile = async () => Response.json({ success: true })
  start()
})

const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request('/subscribe', { method: 'POST', body: new URLSearchParams(fields), headers })
const json = (fields: Record<string, unknown>, headers: Record<string, string> = {}) =>
  app.request('/subscribe', {
    method: 'POST',
    body: JSON.stringify(fields),
    headers: { 'content-type': 'application/json', ...headers },
  })
const outbox = async () => {
  const rows = await database.db.selectFrom('messages').select('to_email').orderBy('id').execute()
  return rows.map((row) => row.to_email)
}
const focused = (page: string) => /<(?:input|select)(?=[^>]*\bautofocus)[^>]*\bname="([^"]+)"/.exec(page)?.[1]

describe('a slip of the keyboard', () => {
  it('is let through, and the answer offers what was probably meant, with all else as typed', async () => {
    const response = await form({ email: 'Ada@gmial.com', hour: '9', timeZone: 'Asia/Tokyo', frequency: 'weekly' })
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain('Did you mean <strong>Ada@gmail.com</strong>')
    expect(page).toContain('<input type="hidden" name="hour" value="9"/>')
    expect(page).toContain('<input type="hidden" name="timeZone" value="Asia/Tokyo"/>')
    expect(await outbox()).toEqual(['Ada@gmial.com'])
  })

  it('is told a program as a suggestion, the same for known and unknown addresses', async () => {
    await aReader(database.db, { email: 'known@gmial.com' })
    const [known, unknown] = [await json({ email: 'known@gmial.com' }), await json({ email: 'other@gmial.com' })]
    expect([known.status, unknown.status]).toEqual([202, 202])
    expect(await known.json()).toEqual({ message: expect.any(String), suggestion: 'known@gmail.com' })
    expect(await unknown.json()).toEqual({ message: expect.any(String), suggestion: 'other@gmail.com' })
    expect(await (await json({ email: 'ada@reader.example' })).json()).toEqual({ message: expect.any(String) })
  })
})

describe('what is refused with a reason', () => {
  it('is a throw-away mailbox, on the form and for a program', async () => {
    const page = await form({ email: 'ada@mailinator.com' })
    expect(page.status).toBe(422)
    expect(await page.text()).toContain('throw-away')
    const problem = await json({ email: 'ada@mailinator.com' })
    expect(await problem.json()).toMatchObject({ status: 422, errors: [{ pointer: '#/email' }] })
    expect(await outbox()).toEqual([])
  })

  it.each([
    [{ email: 'ada' }, 'email'],
    [{ email: 'ada@reader.example', hour: '99' }, 'hour'],
    [{ email: 'ada@reader.example', timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ email: 'ada@reader.example', frequency: 'hourly' }, 'frequency'],
    [{ email: 'ada@reader.example', topicsShown: '1' }, 'topics'],
    [{ email: 'ada', hour: '99' }, 'email'],
  ])('%j comes back as typed, with the reason at its field and the focus on it', async (fields, name) => {
    await aTopic(database.db, 'climate')
    const response = await form(fields)
    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain(`id="${name}-error"`)
    expect(page).toContain(`aria-describedby="${name}-error"`)
    expect(page).toContain(`value="${fields.email}"`)
    expect(page.match(/\bautofocus/g)).toHaveLength(1)
    expect(focused(page)).toBe(name)
  })

  it('keeps the newsletter that was asked for', async () => {
    await database.db.insertInto('newsletters').values({ slug: 'evening', name: 'Evening', language: 'en' }).execute()
    const page = await (await form({ email: 'ada', newsletter: 'evening' })).text()
    expect(page).toContain('<input type="hidden" name="newsletter" value="evening"/>')
    expect(page).toContain('Send me the Evening digest')
    const unknown = await (await form({ email: 'ada', newsletter: 'none', hour: '99' })).text()
    expect(unknown).toContain('Not quite yet')
    expect(focused(unknown)).toBeDefined()
    expect(await (await form({ email: 'ada@reader.example', newsletter: 'none' })).text()).toContain(
      'There is no newsletter of that name.',
    )
  })
})

describe('a program that fills in every field', () => {
  it('is given the same answer, and nothing happens', async () => {
    const person = await form({ email: 'ada@gmial.com', website: '' })
    const program = await form({ email: 'ada@gmial.com', website: 'https://spam.example' })
    expect(program.status).toBe(person.status)
    expect(await program.text()).toBe(await person.text())
    expect((await json({ email: 'not even an address', website: 'x' })).status).toBe(202)
    expect(await outbox()).toEqual(['ada@gmial.com'])
    expect(await database.db.selectFrom('subscribers').select('email').execute()).toHaveLength(1)
  })

  it('finds a field that people neither see, reach nor have read to them', async () => {
    const page = await (await app.request('/')).text()
    expect(page).toMatch(/<div class="unseen" aria-hidden="true">.*?name="website" tabindex="-1" autocomplete="off"/)
  })
})

describe('too many sign-ups', () => {
  it('are told when to come back: a page for people, a problem for programs', async () => {
    for (let time = 0; time < 5; time++) await form({ email: 'ada@reader.example' })
    const page = await form({ email: 'ADA@reader.example' })
    expect(page.status).toBe(429)
    expect(page.headers.get('retry-after')).toBe('3600')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain('Please try again in 60 minutes.')
    const problem = await json({ email: 'ada@reader.example' })
    expect(problem.headers.get('retry-after')).toBe('3600')
    expect(await problem.json()).toMatchObject({ status: 429, title: 'Too many tries' })
  })

  it('stop for all when the hour is full: 503, with when to come back, and a line in the log without an address', async () => {
    start({ CONFIRMATIONS_PER_HOUR: '1' })
    await form({ email: 'ada@reader.example' })
    const { email } = await aReader(database.db)
    for (const one of ['bob@reader.example', email]) {
      const page = await form({ email: one })
      expect(page.status).toBe(503)
      expect(page.headers.get('retry-after')).toBe('3600')
      expect(await page.text()).toContain('Nothing was sent.')
      expect(await (await json({ email: one })).json()).toMatchObject({ status: 503 })
    }
    expect(log.filter((line) => line.includes('confirmations_stopped'))).toHaveLength(1)
    expect(log.join()).not.toContain('@')
  })
})

describe('a browser on the page of another site', () => {
  const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

  it('signs nobody up without a press of the button here', async () => {
    await aTopic(database.db, 'climate')
    // What it brought is shown to whoever came with it, and to nobody else.
    expect(await (await form({ email: 'ada@reader.example', topics: '' }, elsewhere)).text()).not.toContain(
      'checked>climate',
    )
    expect(await (await app.request('/')).text()).toMatch(/value="climate" checked/)
    const page = await form({ email: 'ada@reader.example', hour: '9' }, elsewhere)
    expect(page.status).toBe(403)
    expect(await page.text()).toMatch(/came from a page of another site.*value="ada@reader.example"/s)
    const problem = await json({ email: 'ada@reader.example' }, elsewhere)
    expect(problem.status).toBe(403)
    expect(problem.headers.get('access-control-allow-origin')).toBeNull()
    for (const headers of [{ origin: 'null', 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]) {
      expect((await form({ email: 'ada@reader.example' }, headers as Record<string, string>)).status).toBe(403)
    }
    expect(await outbox()).toEqual([])
  })

  it.each([
    { origin: 'https://digest.example', 'sec-fetch-site': 'same-origin' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { origin: 'null' },
    { origin: 'https://digest.example' },
    { origin: 'https://localhost' },
    {},
  ])('is none where the headers are %j', async (headers) => {
    expect((await form({ email: 'ada@reader.example' }, headers as Record<string, string>)).status).toBe(200)
  })

  it('may where its origin is in EMBED_ORIGINS, with a form or a script, and no other', async () => {
    start({ EMBED_ORIGINS: `${site}, https://blog.example.com` })
    const headers = { origin: site, 'sec-fetch-site': 'cross-site' }
    const preflight = await app.request('/subscribe', {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': site,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,accept',
      vary: expect.stringContaining('Origin'),
    })
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()

    for (const [response, status] of [
      [await json({ email: 'ada@reader.example' }, headers), 202],
      [await json({ email: 'ada' }, headers), 422],
    ] as const) {
      expect(response.status).toBe(status)
      expect(response.headers.get('access-control-allow-origin')).toBe(site)
      expect(response.headers.get('vary')).toBe('Origin')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    }
    expect((await form({ email: 'bob@reader.example' }, headers)).status).toBe(200)
    const events = await database.db.selectFrom('consent_events').select('source').execute()
    expect(events.map(({ source }) => source)).toEqual(['embed', 'embed'])

    // What is refused before it is read, too: the script there can then say why.
    const tooMuch = await json({ email: 'x'.repeat(70_000) }, headers)
    expect(tooMuch.status).toBe(413)
    expect(tooMuch.headers.get('access-control-allow-origin')).toBe(site)
    expect(await tooMuch.json()).toMatchObject({ detail: 'A request may hold 64 kB at most.' })

    const other = await app.request('/subscribe', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    expect(other.headers.get('vary')).toContain('Origin')
    expect((await app.request('/', { headers })).headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('the form for other sites', () => {
  it('comes as a script that any page may load, with the wording of consent', async () => {
    await database.db.updateTable('newsletters').set({ name: 'The "Daily"\u2028</script>' }).execute()
    const response = await app.request('/embed.js')
    expect(response.headers.get('content-type')).toContain('text/javascript')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    const script = await response.text()
    expect(() => new Function(script)).not.toThrow()
    expect(script).toContain('digest by email. I can change how often it comes')
    expect(script.length).toBeLessThan(4_000)
    expect((await app.request('/embed.js?newsletter=none')).status).toBe(422)
  })

  it('and as HTML to copy, which leads here', async () => {
    const page = await (await app.request('/embed')).text()
    expect(page).toContain('&lt;script src=&quot;https://digest.example/embed.js?language=en&quot; async&gt;')
    expect(page).toContain('&lt;form action=&quot;https://digest.example/subscribe&quot; method=&quot;post&quot; lang')
    expect(page).toContain('EMBED_ORIGINS')
    start({ EMBED_ORIGINS: site })
    expect(await (await app.request('/embed')).text()).not.toContain('EMBED_ORIGINS')
  })
})

describe('Turnstile', () => {
  const keys = { TURNSTILE_SITE_KEY: '0x4site', TURNSTILE_SECRET: '0x4secret' }
  const token = { 'cf-turnstile-response': 'a-token' }

  it('is not there where it is not configured', async () => {
    const response = await app.request('/')
    expect(await response.text()).not.toContain('turnstile')
    expect(response.headers.get('content-security-policy')).not.toContain('cloudflare')
  })

  it('is on the pages that have the form, and nowhere else, and says what to do without JavaScript', async () => {
    start(keys)
    const response = await app.request('/')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("script-src 'self' https://challenges.cloudflare.com;")
    expect(policy).toContain('frame-src https://challenges.cloudflare.com;')
    const page = await response.text()
    expect(page).toContain('data-sitekey="0x4site"')
    expect(page).not.toContain('0x4secret')
    expect(page).toMatch(/<noscript>.*needs JavaScript.*<\/noscript>/s)
    expect((await app.request('/embed')).headers.get('content-security-policy')).not.toContain('cloudflare')
  })

  it('lets those through whom it takes for people', async () => {
    start(keys)
    expect((await form({ email: 'ada@reader.example', ...token })).status).toBe(200)
    expect(asked).toEqual([
      {
        url: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
        body: { secret: '0x4secret', response: 'a-token', remoteip: '192.0.2.7' },
      },
    ])
    expect(await outbox()).toEqual(['ada@reader.example'])
  })

  it.each([
    ['no token', {}, { success: true }],
    ['a token too long to be one', { 'cf-turnstile-response': 'x'.repeat(3_000) }, { success: true }],
    ['a token that is not accepted', token, { success: false, 'error-codes': ['timeout-or-duplicate'] }],
  ])('gives the form back for %s', async (_, fields, answer) => {
    start(keys)
    turnstile = async () => Response.json(answer)
    const response = await form({ email: 'ada@reader.example', ...(fields as Record<string, string>) })
    expect(response.status).toBe(422)
    const page = await response.text()
    expect(page).toMatch(/value="ada@reader.example".*id="cf-turnstile-response-error"/s)
    expect(page).toMatch(/<div class="field" tabindex="-1" autofocus/)
    expect(page.match(/\bautofocus/g)).toHaveLength(1)
    expect(await (await json({ email: 'ada@reader.example', ...fields })).json()).toMatchObject({
      errors: [{ pointer: '#/cf-turnstile-response' }],
    })
    expect(await outbox()).toEqual([])
  })

  it.each([
    ['does not answer', () => Promise.reject(new DOMException('The operation timed out', 'TimeoutError'))],
    ['answers with nonsense', async () => new Response('<html>', { status: 502 })],
    [
      'does not know the secret',
      async () => Response.json({ success: false, 'error-codes': ['invalid-input-secret'] }),
    ],
  ])('lets nobody through when it %s, and the log says so', async (_, answer) => {
    start(keys)
    turnstile = answer as () => Promise<Response>
    const response = await form({ email: 'ada@reader.example', ...token })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await outbox()).toEqual([])
    expect(log.join()).toContain('turnstile_')
    expect(log.join()).not.toMatch(/ada@|0x4secret|a-token/)
  })
})
