import type { Hono } from 'hono'
import { beforeEach, describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createApp } from '../../src/web/app.tsx'
import { monday, testContext } from '../support/context.ts'
import { aMessage, aReader } from '../support/factories.ts'
import { eventBody, signed, webhookSecret } from '../support/webhooks.ts'

const web = webFixture()
const olderSecret = `whsec_${btoa('the secret before the rotation..')}`
const unknownSecret = `whsec_${btoa('a secret that is not known here.')}`
let app: Hono

function appWith(secrets: string): Hono {
  const context = testContext(web.db, { env: { RESEND_WEBHOOK_SECRET: secrets } })
  return createApp(context, { background: () => {}, clientAddress: () => null })
}

beforeEach(() => {
  app = appWith(webhookSecret)
})

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>, to = app) =>
  Promise.resolve(to.request('/webhooks/resend', { method: 'POST', body, headers }))
const statusOf = async (body: string, headers: Record<string, string>, to = app) =>
  (await post(body, headers, to)).status
const seconds = (number: number) => new Date(monday.getTime() + number * 1000)
const kept = () => web.db.selectFrom('webhook_events').select(['svix_id', 'type', 'payload']).execute()
const body = eventBody({ type: 'bounced', providerId: 'p', data: { bounce: { type: 'Permanent' } } })

describe('an event that is verified', () => {
  it('is kept and has its effect, once', async () => {
    const reader = await aReader(web.db)
    await aMessage(web.db, reader, { provider_id: 'p' })
    const first = await post(body, signed(body))
    expect(first.status).toBe(200)
    expect(await first.text()).toBe('')
    expect(await statusOf(body, signed(body, { at: seconds(30) }))).toBe(200)
    expect(await kept()).toEqual([{ svix_id: 'msg_1', type: 'email.bounced', payload: JSON.parse(body) }])
    const suppressed = await web.db.selectFrom('suppressions').select(['email_key', 'reason']).execute()
    expect(suppressed).toEqual([{ email_key: reader.email, reason: 'hard_bounce' }])
  })

  it('is kept also for a message or of a type that nobody knows', async () => {
    expect(await statusOf(body, signed(body))).toBe(200)
    const other = JSON.stringify({ type: 'contact.created', data: { id: 1 } })
    expect(await statusOf(other, signed(other, { id: 'msg_2' }))).toBe(200)
    expect(await kept()).toHaveLength(2)
  })

  it('may be signed with any of the secrets, one of several times, by a clock up to 299 s off', async () => {
    const rotating = appWith(`${webhookSecret}, ${olderSecret}`)
    expect(await statusOf(body, signed(body, { secret: olderSecret }), rotating)).toBe(200)
    expect(await statusOf(body, signed(body), rotating)).toBe(200)
    const two = signed(body)
    two['svix-signature'] =
      `v1a,AAAA v1,AAAA ${signed(body, { secret: unknownSecret })['svix-signature']} ${two['svix-signature']}`
    expect(await statusOf(body, two)).toBe(200)
    for (const off of [-299, 299]) expect(await statusOf(body, signed(body, { at: seconds(off) }))).toBe(200)
  })

  it('may be larger than a form, up to 1 MB', async () => {
    const large = JSON.stringify({ type: 'email.sent', filler: 'x'.repeat(900_000) })
    expect(await statusOf(large, signed(large))).toBe(200)
  })
})

describe('what is refused', () => {
  const changed = (name: string, change: (value: string) => string) => {
    const headers = signed(body)
    return { ...headers, [name]: change(headers[name] ?? '') }
  }
  const without = (name: string) => Object.fromEntries(Object.entries(signed(body)).filter(([key]) => key !== name))

  it.each([
    ['no id', without('svix-id')],
    ['no timestamp', without('svix-timestamp')],
    ['no signature', without('svix-signature')],
    ['another id', changed('svix-id', () => 'msg_2')],
    ['another timestamp', changed('svix-timestamp', (value) => String(Number(value) + 1))],
    ['no number as its timestamp', changed('svix-timestamp', (value) => `${value}.0`)],
    [
      'an altered signature',
      changed('svix-signature', (value) => value.replace(/^v1,./, (start) => `v1,${start === 'v1,A' ? 'B' : 'A'}`)),
    ],
    ['an unknown version', changed('svix-signature', (value) => value.replace('v1,', 'v2,'))],
    ['no base64', changed('svix-signature', () => 'v1,%%%')],
    ['an unknown secret', signed(body, { secret: unknownSecret })],
    ['a stale timestamp', signed(body, { at: seconds(-301) })],
    ['a timestamp to come', signed(body, { at: seconds(301) })],
  ])('%s: 401', async (_, headers) => {
    const response = await post(body, headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await kept()).toEqual([])
  })

  it('an altered or re-serialised body: 401', async () => {
    expect(await statusOf(body.replace('"p"', '"q"'), signed(body))).toBe(401)
    expect(await statusOf(JSON.stringify(JSON.parse(body), null, 1), signed(body))).toBe(401)
    // Decoded, both are the same text.
    const text = '{"type":"\u{fffd}"}'
    const bytes = new Uint8Array([...new TextEncoder().encode('{"type":"'), 0xff, ...new TextEncoder().encode('"}')])
    expect((await post(bytes, signed(text))).status).toBe(401)
    expect(await kept()).toEqual([])
  })

  it('more than 1 MB: 413, with or without a length', async () => {
    const huge = 'x'.repeat(1_000_001)
    expect(await statusOf(huge, { ...signed(huge), 'content-length': String(huge.length) })).toBe(413)
    expect(await statusOf(huge, signed(huge))).toBe(413)
  })

  it.each(['', 'not JSON', '[]', 'null', '{}', '{"type":7}'])('%j: 400', async (text) => {
    expect(await statusOf(text, signed(text))).toBe(400)
  })

  it('everything, and why, while no secret is set', async () => {
    const response = await post(body, signed(body), appWith(''))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('RESEND_WEBHOOK_SECRET is not set') })
  })

  it('a GET: 404', async () => {
    expect((await app.request('/webhooks/resend')).status).toBe(404)
  })
})
