import { describe, expect, it } from 'vitest'
import { mailMyLink } from '../../src/subscriptions/my-link.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const ask = (email: string) => site.post('/my-link', { email })

describe('a lost link', () => {
  it('is mailed to who is subscribed or was, and opens the preferences', async () => {
    for (const ended of [false, true]) {
      const reader = await aReader(site.db, {
        ...(ended && { state: 'ended', ended_reason: 'unsubscribed', ended_at: hours(-1), next_digest_at: null }),
      })
      expect((await ask(reader.email.toUpperCase())).status).toBe(200)
      const mail = (await site.mails()).at(-1)
      expect(mail?.to).toEqual([reader.email])
      const path = await site.link('preferences')
      expect(mail?.html).toContain(path)
      expect(await site.text(path)).toContain(reader.email)
    }
    expect((await site.messages()).map(({ kind, state }) => [kind, state])).toEqual([
      ['preferences_link', 'submitted'],
      ['preferences_link', 'submitted'],
    ])
  })

  it('is not mailed to the unknown, the unconfirmed, the suppressed; the answer is the same', async () => {
    const known = await aReader(site.db)
    const waiting = await aReader(site.db, { state: 'pending', confirmed_at: null, next_digest_at: null })
    const never = await aReader(site.db)
    await site.db
      .insertInto('suppressions')
      .values({ email_key: never.email, reason: 'complaint', created_at: hours(-1) })
      .execute()
    const answers = []
    for (const email of ['nobody@reader.example', waiting.email, never.email, known.email]) {
      const response = await ask(email)
      answers.push(`${response.status} ${await response.text()}`)
    }
    expect(new Set(answers).size).toBe(1)
    expect((await site.mails()).map(({ to }) => to)).toEqual([[known.email]])
  })

  it('comes once an hour and three times a day, whoever asks', async () => {
    const { email } = await aReader(site.db)
    const mailedAt: number[] = []
    for (let half = 0; half <= 60; half++) {
      site.context.clock.set(hours(half / 2))
      await ask(email)
      if ((await site.mails()).length > mailedAt.length) mailedAt.push(half / 2)
    }
    expect(mailedAt).toEqual([0, 1, 2, 24, 25, 26])
  })

  it('costs the same statements, known or not, mailed or not', async () => {
    const known = await aReader(site.db)
    const waiting = await aReader(site.db, { state: 'pending', confirmed_at: null, next_digest_at: null })
    const statements: string[] = []
    const counted = (email: string) => {
      const db = site.db.withPlugin({
        transformQuery: ({ node }) => {
          statements.push(node.kind)
          return node
        },
        transformResult: async ({ result }) => result,
      })
      return mailMyLink({ ...site.context, db }, email, '192.0.2.9').then(() => statements.splice(0).length)
    }
    const counts = []
    for (const email of ['nobody@reader.example', waiting.email, known.email, known.email]) {
      counts.push(await counted(email))
    }
    expect(new Set(counts).size).toBe(1)
    expect(await site.messages()).toHaveLength(1)
  })

  it('comes once when asked for many times at the same moment', async () => {
    const { email } = await aReader(site.db)
    await Promise.all(Array.from({ length: 6 }, () => ask(email)))
    expect(await site.messages()).toHaveLength(1)
  })

  it('is not sent when the address was suppressed, or the reader erased, while it waited', async () => {
    const bounced = await aReader(site.db)
    const erased = await aReader(site.db)
    await mailMyLink(site.context, bounced.email, null)
    await mailMyLink(site.context, erased.email, null)
    await site.db
      .insertInto('suppressions')
      .values({ email_key: bounced.email, reason: 'hard_bounce', created_at: hours(0) })
      .execute()
    await site.post(`/preferences/${site.token('preferences', erased.subscriptionId)}/erase`)
    await site.send()
    expect(await site.mails()).toEqual([])
    expect((await site.messages()).map(({ state, reason }) => [state, reason])).toEqual([
      ['canceled', 'suppressed'],
      ['canceled', 'erased'],
    ])
  })

  it('is asked for twenty times an hour from one place, known or not, and then told when to come back', async () => {
    for (let time = 0; time < 20; time++) expect((await ask(`reader${time}@reader.example`)).status).toBe(200)
    const refused = await ask('one-more@reader.example')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600'])
    expect(await refused.text()).toContain('Please try again in 60 minutes.')
  })

  it('gives the form back with what was typed wrong, and a program its problem', async () => {
    const response = await ask('<b>ada')
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('value="&lt;b&gt;ada"')
    const json = { method: 'POST', body: '{"email":7}', headers: { 'content-type': 'application/json' } }
    const refused = await site.visit('/my-link', json)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
    const taken = await site.visit('/my-link', { ...json, body: '{"email":"nobody@reader.example"}' })
    expect(taken.status).toBe(202)
  })
})

describe('a bad, old or foreign token', () => {
  const bad = (id: number) => [
    'nonsense',
    `test.${id}.${'A'.repeat(43)}`,
    `other.${id}.${'A'.repeat(43)}`,
    site.token('unsubscribe', id),
    site.token('preferences', 999),
  ]

  it.each([
    'preferences/:',
    'preferences/:/address',
    'preferences/:/erase',
    'preferences/:/export',
    'preferences/:/history',
    'undo/:',
    'address/:',
    'confirm/:',
  ])('of /%s gets a person a page with the form for a fresh one, and a program a 404', async (path) => {
    const { subscriptionId } = await aReader(site.db)
    for (const token of bad(subscriptionId)) {
      const response = await site.visit(`/${path.replace(':', token)}`)
      expect(response.status).toBe(404)
      expect(await response.text()).toMatch(/action="\/my-link"/)
      const machine = await site.visit(`/${path.replace(':', token)}`, { headers: { accept: 'application/json' } })
      expect([machine.status, machine.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    }
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'active' })
  })

  it('of /unsubscribe does too, also for a POST', async () => {
    const { subscriptionId } = await aReader(site.db)
    const foreign = `/unsubscribe/${site.token('preferences', subscriptionId)}`
    expect(await site.text(foreign)).toContain('action="/my-link"')
    expect((await site.post(foreign, { 'List-Unsubscribe': 'One-Click' })).status).toBe(404)
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'active' })
  })
})

describe('an address that is subscribed, entered to subscribe', () => {
  const enter = (email: string) => site.post('/subscribe', { email, hour: '20' })

  it('gets its link, and nothing is changed; the answer is that of everyone', async () => {
    const reader = await aReader(site.db)
    const before = await site.subscriptions()
    const answers = [await enter('nobody@reader.example'), await enter(reader.email)].map(async (answer) =>
      (await answer.text()).replaceAll(/[a-z]+(?:\.\d+)?@reader\.example|reader-\d+@[a-z.]+/g, ''),
    )
    expect(new Set(await Promise.all(answers)).size).toBe(1)
    expect((await site.subscriptions()).slice(0, 1)).toEqual(before)
    const mail = (await site.mails()).find(({ to }) => to[0] === reader.email)
    expect(mail?.subject).toBe('You already get Newsmatro')
    const link = await site.link('preferences', mail?.text ?? '')
    expect(await site.text(link)).toContain(reader.email)
  })

  it('is not sent to who has left before it could be', async () => {
    const reader = await aReader(site.db)
    await subscribe(site.context, { email: reader.email }, { source: 'form', ip: null, userAgent: null })
    await site.post(`/unsubscribe/${site.token('unsubscribe', reader.subscriptionId)}`)
    await site.send()
    expect((await site.messages()).map(({ kind, state, reason }) => [kind, state, reason])).toEqual([
      ['already_subscribed', 'canceled', 'not subscribed any more'],
    ])
  })

  it('comes no more often than a lost link does, together with it, and never to the suppressed', async () => {
    const reader = await aReader(site.db)
    await ask(reader.email)
    await enter(reader.email)
    expect(await site.mails()).toHaveLength(1)
    site.context.clock.set(hours(2))
    await enter(reader.email)
    await enter(reader.email)
    expect(await site.mails()).toHaveLength(2)
    const never = await aReader(site.db)
    await site.db
      .insertInto('suppressions')
      .values({ email_key: never.email, reason: 'complaint', created_at: hours(-1) })
      .execute()
    await enter(never.email)
    expect(await site.mails()).toHaveLength(2)
  })
})
