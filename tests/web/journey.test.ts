import { describe, expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { createApp } from '../../src/web/app.tsx'
import { at, monday } from '../support/context.ts'
import { anArticle, aReader, aTopic } from '../support/factories.ts'
import { form } from '../support/web-app.ts'

const web = webFixture()

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const json = (body: unknown) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})
const post = (path: string, init: RequestInit) => web.request(path, init)
const path = (url: string | undefined) => (url ?? '').replace('https://digest.example', '')
const linkTo = (kind: string, text: string | null | undefined) =>
  path(new RegExp(`https://digest\\.example/${kind}/[A-Za-z0-9_.-]+`).exec(text ?? '')?.[0])
const subscriptions = () => web.db.selectFrom('subscriptions').selectAll().orderBy('id').execute()
const everything = async () => {
  const tables = [
    'subscribers',
    'subscriptions',
    'confirmations',
    'consent_events',
    'messages',
    'suppressions',
  ] as const
  return Promise.all(
    tables.map((table) =>
      web.db
        .selectFrom(table)
        .selectAll()
        .orderBy(table === 'suppressions' ? 'email_key' : ('id' as never))
        .execute(),
    ),
  )
}

describe('from the form to the first digest', () => {
  it('subscribes, confirms, gets a digest, changes it and leaves', async () => {
    await aTopic(web.db, 'climate')
    await aTopic(web.db, 'sport')
    await anArticle(web.db, { title: 'A river moves', firstSeenAt: hours(-3), topics: ['climate'] })

    const front = await (await web.request('/')).text()
    expect(front).toContain('name="email"')
    expect(front).toContain('Climate')

    const answer = await post(
      '/subscribe',
      form({
        email: 'Ada@Reader.example',
        frequency: 'daily',
        hour: '8',
        timeZone: 'Europe/Berlin',
        topics: ['climate'],
        topicsShown: '2',
      }),
    )
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Check your inbox')
    expect(await subscriptions()).toMatchObject([{ state: 'pending', next_digest_at: null }])

    const [confirmation] = await web.mails()
    expect(confirmation).toMatchObject({ to: ['Ada@reader.example'] })
    expect(await web.db.selectFrom('batches').select('endpoint').execute()).toEqual([{ endpoint: 'emails' }])
    const confirmPath = linkTo('confirm', confirmation?.text)
    expect(linkTo('confirm', confirmation?.html)).toBe(confirmPath)

    const before = await everything()
    for (const method of ['GET', 'HEAD', 'GET']) expect((await web.request(confirmPath, { method })).status).toBe(200)
    expect(await everything()).toEqual(before)

    expect(await (await post(confirmPath, form({}))).text()).toContain('You are subscribed')
    expect(await (await post(confirmPath, form({}))).text()).toContain('You are subscribed')
    expect(await (await web.request(confirmPath)).text()).toContain('You are subscribed')
    const [active] = await subscriptions()
    // 07:00 in Berlin is past at 06:00 UTC + 1; 08:00 is an hour away.
    expect(active).toMatchObject({ state: 'active', hour: 8, next_digest_at: hours(1), read_until: hours(-24) })
    const consent = await web.db.selectFrom('consent_events').selectAll().orderBy('id').execute()
    expect(consent.map((event) => event.kind)).toEqual(['requested', 'confirmation_sent', 'confirmed'])
    expect(consent[0]).toMatchObject({ source: 'form', ip: '192.0.2.7', consent_text_hash: expect.any(String) })

    web.context.clock.set(hours(1))
    await planDigests(web.context, at(hours(1)))
    await sendMessages(web.context, createProvider(web.context.config), { signal: new AbortController().signal })
    const digest = (await web.mails()).at(-1)
    expect(digest?.subject).toContain('A river moves')

    const preferencesPath = linkTo('preferences', digest?.text)
    const page = await (await web.request(`${preferencesPath}?frequency=weekly`)).text()
    expect(page).toMatch(/value="weekly" checked/)
    expect((await subscriptions())[0]).toMatchObject({ frequency: 'daily' })
    const saved = await post(
      preferencesPath,
      form({
        frequency: 'weekly',
        weekday: '5',
        hour: '18',
        timeZone: 'America/New_York',
        topics: ['climate', 'sport'],
        topicsShown: '2',
        pauseUntil: '',
      }),
    )
    expect(await saved.text()).toContain('Saved')
    expect((await subscriptions())[0]).toMatchObject({
      frequency: 'weekly',
      topic_choice_id: null,
      next_digest_at: new Date('2026-11-27T23:00:00Z'),
      paused_until: null,
    })

    const header = path(/<(https:[^>]+)>/.exec(digest?.headers['List-Unsubscribe'] ?? '')?.[1])
    expect(linkTo('unsubscribe', digest?.html)).toBe(header)
    expect(await (await web.request(header)).text()).toContain('Unsubscribe from Newsmatro?')
    expect((await subscriptions())[0]).toMatchObject({ state: 'active' })
    const left = await post(header, form({ from: 'page' }))
    expect(await left.text()).toContain('You are unsubscribed')
    expect((await subscriptions())[0]).toMatchObject({
      state: 'ended',
      ended_reason: 'unsubscribed',
      next_digest_at: null,
    })
  })
})

describe('subscribing', () => {
  it('gives the same answer for the known, the unknown, the suppressed and the subscribed', async () => {
    await aReader(web.db, { email: 'known@reader.example' })
    await web.db
      .insertInto('suppressions')
      .values({ email_key: 'never@reader.example', reason: 'complaint', created_at: monday })
      .execute()
    const answers = []
    for (const email of ['known@reader.example', 'new@reader.example', 'new@reader.example', 'never@reader.example']) {
      const response = await post('/subscribe', json({ email }))
      answers.push([response.status, await response.text()])
    }
    expect(new Set(answers.map(String)).size).toBe(1)
    expect(answers[0]?.[0]).toBe(202)
    expect((await web.mails()).map(({ to, subject }) => [...to, subject])).toEqual([
      ['known@reader.example', 'You already get Newsmatro'],
      ['new@reader.example', 'Confirm your subscription to Newsmatro'],
    ])
  })

  it('asks an address once in 24 hours and three times in 30 days, whatever its case', async () => {
    const askedAt: number[] = []
    for (let day = 0; day <= 40; day++) {
      for (const offset of [0, 6]) {
        web.context.clock.set(hours(day * 24 + offset))
        await post('/subscribe', json({ email: offset ? 'ADA@reader.example' : 'ada@reader.example' }))
        if ((await web.mails()).length > askedAt.length) askedAt.push(day)
      }
    }
    expect(askedAt).toEqual([0, 1, 2, 30, 31, 32])
  })

  it('asks once when the same form is sent many times at the same moment', async () => {
    await Promise.all(Array.from({ length: 8 }, () => post('/subscribe', json({ email: 'ada@reader.example' }))))
    expect(await web.mails()).toHaveLength(1)
    expect(await subscriptions()).toHaveLength(1)
  })

  it('leaves an active subscription as it is, whoever types the address', async () => {
    const reader = await aReader(web.db, { hour: 6 })
    await post('/subscribe', json({ email: reader.email, hour: 20, frequency: 'weekly' }))
    expect(await subscriptions()).toMatchObject([{ state: 'active', hour: 6, frequency: 'daily' }])
  })

  it.each([
    [{ email: 'ada' }, 'email'],
    [{}, 'email'],
    [{ email: 'a@b.example', hour: 24 }, 'hour'],
    [{ email: 'a@b.example', hour: 'noon' }, 'hour'],
    [{ email: 'a@b.example', hour: null }, 'hour'],
    [{ email: 'a@b.example', hour: true }, 'hour'],
    [{ email: 'a@b.example', hour: '0x10' }, 'hour'],
    [{ email: 'a@b.example', newsletter: 'x\u0000' }, 'newsletter'],
    [{ email: 'a@b.example', frequency: 'hourly' }, 'frequency'],
    [{ email: 'a@b.example', timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ email: 'a@b.example', timeZone: '+05:30' }, 'timeZone'],
    [{ email: 'a@b.example', topics: ['nonsense'] }, 'topics'],
    [{ email: 'a@b.example', newsletter: 'other' }, 'newsletter'],
  ])('names the field that is wrong: %j', async (body, field) => {
    const response = await post('/subscribe', json(body))
    expect(response.status).toBe(422)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 422, errors: [{ pointer: `#/${field}` }] })
    expect(await subscriptions()).toHaveLength(0)
  })

  it('gives a form back with what was typed and what is wrong', async () => {
    const response = await post(
      '/subscribe',
      form({ email: '<b>ada', hour: '9', timeZone: 'Asia/Tokyo', frequency: 'weekly' }),
    )
    const page = await response.text()
    expect(response.status).toBe(422)
    expect(page).toContain('value="&lt;b&gt;ada"')
    expect(page).toContain('aria-describedby="email-error"')
    expect(page).toMatch(/value="weekly" checked/)
    expect(page).toMatch(/<option selected>Asia\/Tokyo\n/)
  })

  it.each([
    ['not JSON', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 422],
    ['an array', json([]), 422],
    ['too much', json({ email: 'x'.repeat(70_000) }), 413],
  ])('survives a body that is %s', async (_, init, status) => {
    expect((await post('/subscribe', init)).status).toBe(status)
  })
})

describe('topics', () => {
  it('may be many, as feeds invent them: the form shows those in use, and all of them ticked means every topic', async () => {
    for (let index = 0; index < 260; index++) await aTopic(web.db, `topic-${index}`)
    await anArticle(web.db, { firstSeenAt: new Date(), topics: ['topic-259'] })
    const front = await (await web.request('/')).text()
    const shown = [...front.matchAll(/name="topics" value="([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(shown).toHaveLength(24)
    expect(shown).toContain('topic-259')
    const counted = /name="topicsShown" value="(\d+)"/.exec(front)?.[1] ?? ''
    await post('/subscribe', form({ email: 'ada@reader.example', topicsShown: counted, topics: shown }))
    await post('/subscribe', form({ email: 'bob@reader.example', topicsShown: counted, topics: shown.slice(1) }))
    expect(await subscriptions()).toMatchObject([{ topic_choice_id: null }, { topic_choice_id: expect.any(Number) }])
  })

  it('are never all when the only one is to become fewer', async () => {
    const { subscriptionId } = await aReader(web.db, { topics: ['climate'] })
    await aTopic(web.db, 'sport')
    const { signToken } = await import('../../src/platform/signed-token.ts')
    const token = signToken(web.context.keys, web.context.keys.newestId, 'preferences', subscriptionId)
    const page = await (await web.request(`/preferences/${token}?without=climate`)).text()
    expect(page).toContain('That is your only topic')
    expect(page).not.toMatch(/name="topics" value="[^"]+" checked/)
  })
})

describe('confirming', () => {
  it('mails the spelling that confirmed, whoever typed another before', async () => {
    await post('/subscribe', json({ email: 'ADA@reader.example' }))
    web.context.clock.set(hours(25))
    await post('/subscribe', json({ email: 'ada@reader.example' }))
    const [, second] = await web.mails()
    await post(linkTo('confirm', second?.text), form({}))
    expect(await web.db.selectFrom('subscribers').select('email').execute()).toEqual([{ email: 'ada@reader.example' }])
  })

  it('refuses a link after 72 hours, a made-up one, and a used one after the reader left', async () => {
    await post('/subscribe', json({ email: 'ada@reader.example' }))
    const confirmPath = linkTo('confirm', (await web.mails())[0]?.text)
    web.context.clock.set(hours(73))
    expect((await web.request(confirmPath)).status).toBe(410)
    expect((await post(confirmPath, form({}))).status).toBe(410)
    expect((await post(`/confirm/${'A'.repeat(43)}`, form({}))).status).toBe(404)
    expect((await post('/confirm/nonsense', form({}))).status).toBe(404)
    web.context.clock.set(hours(1))
    expect((await post(confirmPath, form({}))).status).toBe(200)
    await web.db
      .updateTable('subscriptions')
      .set({ state: 'ended', ended_reason: 'unsubscribed', ended_at: monday, next_digest_at: null })
      .execute()
    expect((await post(confirmPath, form({}))).status).toBe(410)
  })

  it('never keeps the token itself', async () => {
    await post('/subscribe', json({ email: 'ada@reader.example' }))
    const token =
      linkTo('confirm', (await web.mails())[0]?.text)
        .split('/')
        .at(-1) ?? 'none'
    expect(token).toHaveLength(43)
    expect(JSON.stringify(await everything())).not.toContain(token)
    const renderings = await web.db.selectFrom('renderings').selectAll().execute()
    expect(JSON.stringify(renderings)).not.toContain(token)
  })
})

describe('one-click unsubscribe (RFC 8058)', () => {
  const multipart = () => {
    const body = new FormData()
    body.append('List-Unsubscribe', 'One-Click')
    return { method: 'POST', body }
  }
  it.each([
    ['urlencoded', () => form({ 'List-Unsubscribe': 'One-Click' })],
    ['multipart', multipart],
    ['empty', () => ({ method: 'POST' })],
    [
      'nonsense',
      () => ({
        method: 'POST',
        body: '\u0000{',
        headers: { 'content-type': 'text/nonsense', origin: 'https://mail.example' },
      }),
    ],
  ])('accepts a body that is %s: blank 200, no cookie, no redirect, twice', async (_, init) => {
    const { subscriptionId } = await aReader(web.db)
    const { signToken } = await import('../../src/platform/signed-token.ts')
    const token = signToken(web.context.keys, web.context.keys.newestId, 'unsubscribe', subscriptionId)
    for (let time = 0; time < 2; time++) {
      const response = await post(`/unsubscribe/${token}`, init())
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('')
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(response.headers.get('location')).toBeNull()
    }
    expect(await subscriptions()).toMatchObject([{ state: 'ended', ended_reason: 'unsubscribed' }])
    const events = await web.db.selectFrom('consent_events').select('kind').execute()
    expect(events).toEqual([{ kind: 'unsubscribed_one_click' }])
  })

  it('refuses a token made for something else', async () => {
    const { subscriptionId } = await aReader(web.db)
    const { signToken } = await import('../../src/platform/signed-token.ts')
    const token = signToken(web.context.keys, web.context.keys.newestId, 'preferences', subscriptionId)
    expect((await post(`/unsubscribe/${token}`, form({}))).status).toBe(404)
    expect(await subscriptions()).toMatchObject([{ state: 'active' }])
  })
})

describe('preferences', () => {
  it('never bring a second digest on a day that had one, and keep every story', async () => {
    const { subscriptionId } = await aReader(web.db, { last_digest_on: '2026-11-23', next_digest_at: hours(24) })
    const { changePreferences } = await import('../../src/subscriptions/preferences.ts')
    await changePreferences(web.context, subscriptionId, { hour: 23 }, { source: 'link', ip: null, userAgent: null })
    expect((await subscriptions())[0]).toMatchObject({
      next_digest_at: new Date('2026-11-24T23:00:00Z'),
      read_until: hours(-24),
    })
  })

  it('pause until a day, show it, and end it', async () => {
    const { subscriptionId } = await aReader(web.db)
    const { signToken } = await import('../../src/platform/signed-token.ts')
    const url = `/preferences/${signToken(web.context.keys, web.context.keys.newestId, 'preferences', subscriptionId)}`
    expect(await (await post(url, form({ pauseDays: '14' }))).text()).toContain('Paused until Monday 7 December')
    expect((await subscriptions())[0]).toMatchObject({ next_digest_at: new Date('2026-12-07T06:00:00Z') })
    await post(url, form({ pauseUntil: '2026-12-07', hour: '9' }))
    expect((await subscriptions())[0]).toMatchObject({ next_digest_at: new Date('2026-12-07T09:00:00Z') })
    await post(url, form({ pauseUntil: '' }))
    expect((await subscriptions())[0]).toMatchObject({ next_digest_at: hours(3), paused_until: null })
  })

  it('say when no topic is left', async () => {
    await aTopic(web.db, 'climate')
    const { subscriptionId } = await aReader(web.db)
    const { signToken } = await import('../../src/platform/signed-token.ts')
    const url = `/preferences/${signToken(web.context.keys, web.context.keys.newestId, 'preferences', subscriptionId)}`
    const response = await post(url, form({ topicsShown: '2' }))
    expect(response.status).toBe(422)
    expect(await response.text()).toContain('Choose at least one topic.')
  })
})

describe('every answer', () => {
  it.each(['/', '/confirm/x', '/preferences/x', '/unsubscribe/x', '/nothing'])('%s is safe to show', async (url) => {
    const response = await web.request(url)
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    if (url !== '/') {
      expect(response.status).toBe(404)
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('shows a program a problem and no internals when something breaks', async () => {
    const broken = createApp(
      { ...web.context, db: undefined as never },
      { background: () => {}, clientAddress: () => null },
    )
    const response = await broken.request('/', { headers: { accept: 'application/json' } })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ title: 'Something went wrong here', status: 500 })
    expect((await broken.request('/healthz')).status).toBe(200)
    expect((await broken.request('/readyz')).status).toBe(503)
  })
})
