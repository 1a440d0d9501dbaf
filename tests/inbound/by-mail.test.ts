// The whole way: a digest, a reply in the sandbox, its signed event, the act, the answer.
import fc from 'fast-check'
import type { Hono } from 'hono'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimTransactional } from '../../src/delivery/claim-batch.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { parseWebhookEvent } from '../../src/delivery/webhook-event.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { createMailbox } from '../../src/inbound/fetch-mail.ts'
import { forgetMails } from '../../src/inbound/forget-mails.ts'
import { handleMails } from '../../src/inbound/handle-mails.ts'
import { receiveMail } from '../../src/inbound/receive-mail.ts'
import { type MailPurpose, signMailToken } from '../../src/platform/mail-address.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { deliverWebhooks } from '../../src/sandbox/sandbox.ts'
import { createApp } from '../../src/web/app.tsx'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startSandbox, type TestSandbox } from '../support/sandbox.ts'
import { signed, webhookSecret } from '../support/webhooks.ts'

const domain = 'reply.newsmatro.example'
const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext
let app: Hono
let lines: Record<string, unknown>[]
let work: Promise<unknown>[]

beforeEach(async () => {
  lines = []
  work = []
  const note = (event: string, fields: object = {}) => lines.push({ event, ...fields })
  const bare = testContext(database.db, {
    env: { RESEND_WEBHOOK_SECRET: webhookSecret },
    log: { info: note, warn: note, error: note },
  })
  sandbox = await startSandbox(bare)
  context = mailingTo(bare, sandbox)
  app = appOf(context)
})
afterEach(() => sandbox.close())

const appOf = (of: TestContext) =>
  createApp(of, { background: (promise) => work.push(promise), clientAddress: () => null })
const minutes = (number: number) => new Date(monday.getTime() + number * 60_000)
const days = (number: number) => minutes(number * 24 * 60)

type Written = { from?: string; to: string; subject?: string; text?: string; html?: string; headers?: object }

/** Sends a mail to the service, as a reader does, and lets the service do what it then does. */
async function write(mail: Written): Promise<void> {
  const response = await fetch(`${sandbox.url}/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: 'ada@reader.example', subject: 'Re: Today', ...mail }),
  })
  expect(response.status).toBe(201)
  await deliver()
}

async function deliver(): Promise<void> {
  await deliverWebhooks({
    db: context.db,
    clock: context.clock,
    webhook: { url: 'https://digest.example/webhooks/resend', secret: webhookSecret },
    fetch: async (request) => app.fetch(request),
  })
  await Promise.all(work.splice(0))
}

const addressFor = (purpose: MailPurpose, id: number) =>
  `${purpose}+${signMailToken(context.keys, 'test', purpose, id)}@${domain}`
const subscriptionOf = (id: number) =>
  database.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const inboundMails = () => database.db.selectFrom('inbound_mails').selectAll().orderBy('id').execute()
const outcomes = async () => (await inboundMails()).map((mail) => mail.outcome)
const consents = async () =>
  (await database.db.selectFrom('consent_events').select(['kind', 'source']).orderBy('id').execute()).map(
    ({ kind, source }) => `${kind} ${source}`,
  )
const handle = () => handleMails(context, createMailbox(context.config), { signal: new AbortController().signal })
const newest = async () => (await sandbox.mails()).at(-1)

async function aDigest(email = 'ada@reader.example') {
  const reader = await aReader(database.db, { email })
  await anArticle(database.db, { firstSeenAt: minutes(-30) })
  await planDigests(context, at(monday))
  await sendMessages(context, createProvider(context.config), { signal: new AbortController().signal })
  const mail = (await sandbox.mails()).find((one) => one.to[0] === email)
  if (!mail) throw new Error('no digest')
  return { ...reader, mail }
}

describe('a digest', () => {
  it('tells mail programs all that they may want to know', async () => {
    const { subscriptionId, mail } = await aDigest()
    const { headers } = mail
    const unsubscribe = /<https:\/\/digest\.example\/unsubscribe\/[\w.-]+>/.exec(mail.headers['List-Unsubscribe'] ?? '')
    expect(headers).toEqual({
      'List-Id': 'Newsmatro <newsmatro.list-id.newsmatro.example>',
      'List-Unsubscribe': `<mailto:${addressFor('unsubscribe', subscriptionId)}?subject=unsubscribe>, ${unsubscribe?.[0]}`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Help': expect.stringMatching(
        /^<https:\/\/digest\.example\/preferences\/[\w.-]+>, <mailto:reply\+[0-9a-z-]+@reply\.newsmatro\.example\?subject=help>$/,
      ),
      'List-Subscribe': `<https://digest.example/>, <mailto:subscribe+newsmatro@${domain}?subject=subscribe>`,
      'List-Owner': '<mailto:digest@newsmatro.example>',
      'List-Post': 'NO',
      'Auto-Submitted': 'auto-generated',
      'Feedback-ID': '20261123:daily:digest-newsmatro:newsmatroexampl',
    })
    expect(mail.reply_to).toEqual([addressFor('reply', subscriptionId)])
    expect(mail.text).toContain('Or reply to this mail with one of: weekly')
    for (const value of Object.values(headers)) expect(value).not.toMatch(/[\r\n]/)
  })

  it('says nothing of mail where none is received', async () => {
    context = { ...context, config: { ...context.config, inboundDomain: undefined } }
    app = appOf(context)
    const { mail } = await aDigest()
    expect(JSON.stringify(mail.headers)).not.toContain(domain)
    expect(mail.headers['List-Unsubscribe']).toMatch(/^<https:[^>]+>$/)
    expect(mail.reply_to).toEqual(['digest@newsmatro.example'])
    expect(mail.text).not.toContain('reply to this mail')
    await write({ to: addressFor('unsubscribe', 1) })
    expect(await inboundMails()).toEqual([])
  })
})

describe('a reply to a digest', () => {
  it('changes how often it comes, and is answered to the address that is known, with what was done', async () => {
    const { subscriptionId, mail } = await aDigest()
    await write({
      from: 'Ada at work <someone.else@work.example>',
      to: mail.reply_to[0] ?? '',
      text: 'weekly\n\nOn Mon, News <digest@newsmatro.example> wrote:\n> stop',
      headers: { 'Message-ID': '<abc@work.example>', References: '<first@resend.example>' },
    })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly', state: 'active' })
    const answer = await newest()
    expect(answer).toMatchObject({
      to: ['ada@reader.example'],
      subject: 'Your digest now comes once a week, on Monday',
      reply_to: mail.reply_to,
      headers: {
        'Auto-Submitted': 'auto-replied',
        'In-Reply-To': '<abc@work.example>',
        References: '<first@resend.example> <abc@work.example>',
        'List-Id': 'Newsmatro <newsmatro.list-id.newsmatro.example>',
      },
    })
    expect(answer?.text).toContain('The next one comes on Monday, November 30 at 6:00 AM (UTC), if there is news.')
    const undo =
      /https:\/\/digest\.example(\/preferences\/\S+\?frequency=daily&weekday=1)/.exec(answer?.text ?? '')?.[1] ?? ''
    expect((await app.request(undo)).status).toBe(200)
    expect(await consents()).toEqual(['preferences_changed mail'])
    expect(await outcomes()).toEqual(['frequency'])
  })

  it.each([
    ['daily', { frequency: 'daily' }, 'Your digest now comes every day'],
    ['weekdays', { frequency: 'weekdays' }, 'Your digest now comes on weekdays'],
    ['weekly on friday', { frequency: 'weekly', weekday: 5 }, 'Your digest now comes once a week, on Friday'],
    ['pause 2 weeks', { paused_until: '2026-12-07' }, 'Your digest is paused'],
    ['pause until 24 December', { paused_until: '2026-12-24' }, 'Your digest is paused'],
    ['stop', { state: 'ended', ended_reason: 'unsubscribed' }, 'You are unsubscribed'],
    ['help', { state: 'active' }, 'What you can do by mail'],
    ['No', { state: 'active' }, 'Nothing was changed'],
    ['What a fine story!', { state: 'active' }, 'Nothing was changed'],
    ['pause until 2 January 2029', { paused_until: null }, 'Nothing was changed'],
  ])('%s', async (text, row, subject) => {
    const { subscriptionId } = await aReader(database.db, { email: 'ada@reader.example' })
    await write({ to: addressFor('reply', subscriptionId), text })
    expect(await subscriptionOf(subscriptionId)).toMatchObject(row)
    expect(await newest()).toMatchObject({ subject, to: ['ada@reader.example'] })
  })

  it('may come in any case, as HTML alone, or with the wish as its subject', async () => {
    const { subscriptionId } = await aReader(database.db)
    const to = addressFor('reply', subscriptionId)
    await write({ to: to.toUpperCase(), html: '<p>Weekly</p>' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
    await write({ to: `News <${to}>`, subject: 'daily' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
  })

  it('ends a pause, and says so to whoever is not subscribed', async () => {
    const { subscriptionId } = await aReader(database.db, { paused_until: '2026-12-24' })
    const to = addressFor('reply', subscriptionId)
    await write({ to, text: 'resume' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ paused_until: null })
    const undoOf = (text?: string | null) => /\/preferences\/\S+\?\S+/.exec(text ?? '')?.[0] ?? ''
    expect(await (await app.request(undoOf((await newest())?.text))).text()).toContain('value="2026-12-24"')
    await write({ to, text: 'resume' })
    expect(undoOf((await newest())?.text)).toBe('')
    await write({ to, text: 'stop' })
    const [preferences = ''] = /\/preferences\/[A-Za-z0-9_.-]+/.exec((await newest())?.text ?? '') ?? []
    await write({ to, text: 'weekly' })
    expect(await newest()).toMatchObject({ subject: 'You are not subscribed' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended', frequency: 'daily' })
    // The way back is a button behind the link of the answer.
    const page = await (await app.request(preferences)).text()
    const [, undo = ''] = /action="(\/undo\/[^"]+)"/.exec(page) ?? []
    expect((await app.request(undo, { method: 'POST' })).status).toBe(200)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active', frequency: 'daily' })
  })

  it('that is not understood is answered once an hour, three times a day', async () => {
    const { subscriptionId } = await aReader(database.db)
    const times = [0, 59, 61, 122, 183, 24 * 60 + 1]
    const counts: number[] = []
    for (const time of times) {
      context.clock.set(minutes(time))
      await write({ to: addressFor('reply', subscriptionId), text: 'I am out.' })
      counts.push((await sandbox.mails()).length)
    }
    expect(counts).toEqual([1, 1, 2, 3, 3, 4])
  })

  it('is answered ten times a day at most, and still has its effect', async () => {
    const { subscriptionId } = await aReader(database.db)
    for (let time = 0; time < 6; time++) {
      await write({ to: addressFor('reply', subscriptionId), text: 'daily' })
      await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    }
    expect(await sandbox.mails()).toHaveLength(10)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
  })

  it('is not answered to a suppressed address, nor to one that was suppressed after the answer was written', async () => {
    const { subscriptionId, email } = await aReader(database.db)
    const suppress = () =>
      database.db
        .insertInto('suppressions')
        .values({ email_key: email, reason: 'manual', created_at: monday })
        .execute()
    await suppress()
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    expect(await sandbox.mails()).toEqual([])
    const messages = await database.db.selectFrom('messages').select(['kind', 'state', 'reason']).execute()
    expect(messages).toEqual([{ kind: 'answer', state: 'canceled', reason: 'suppressed' }])
    await database.db.deleteFrom('suppressions').execute()
    await database.db.updateTable('messages').set({ state: 'pending', settled_at: null, reason: null }).execute()
    // After the claim, before the begin.
    const claim = await claimTransactional(context)
    await suppress()
    if (!claim.batch) throw new Error('nothing was claimed')
    expect(await beginBatch(context, claim.batch)).toBe('consent changed')
  })
})

describe('the address in List-Unsubscribe', () => {
  it('unsubscribes, whoever sends the mail and whatever it says, without an answer or a look at the mail', async () => {
    const { subscriptionId, mail } = await aDigest()
    const to = /<mailto:([^?>]+)\?/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? ''
    sandbox.intercept = async (request) =>
      request.url.includes('/receiving/') ? new Response('{}', { status: 500 }) : undefined
    await write({ to, headers: { 'Auto-Submitted': 'auto-generated' } })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
    expect(await consents()).toEqual(['unsubscribed_one_click mail'])
    await write({ to })
    expect(await outcomes()).toEqual(['unsubscribed', 'unsubscribed'])
    expect(await consents()).toHaveLength(1)
    expect(await sandbox.mails()).toHaveLength(1)
  })

  it('is stronger than another in the same mail', async () => {
    const { subscriptionId } = await aReader(database.db)
    await write({
      to: `${addressFor('reply', subscriptionId)}, ${addressFor('unsubscribe', subscriptionId)}`,
      text: 'weekly',
    })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
  })
})

describe('subscribing', () => {
  it('takes a mail, a reply to the confirmation, and no browser', async () => {
    await write({ to: `subscribe@${domain}`, from: 'Ada <Ada@Reader.example>', subject: 'subscribe' })
    const confirmation = await newest()
    expect(confirmation).toMatchObject({ to: ['Ada@reader.example'] })
    expect(confirmation?.reply_to[0]).toMatch(/^confirm\+/)
    expect(confirmation?.text?.replace(/\s+/g, ' ')).toContain('You can also reply to this mail with the word yes.')
    const reply = { to: confirmation?.reply_to[0] ?? '' }
    await write({ ...reply, text: 'Who are you? Stop writing to me' })
    await write({ ...reply, text: 'I am out of the office until 3 January.' })
    expect((await subscriptionOf(1)).state).toBe('pending')
    expect(await sandbox.mails()).toHaveLength(1)
    await write({ ...reply, text: 'Yes please\n\nAda' })
    expect((await subscriptionOf(1)).state).toBe('active')
    expect(await newest()).toMatchObject({ subject: 'You are subscribed to Newsmatro', to: ['Ada@reader.example'] })
    expect(await consents()).toEqual(['requested mail', 'confirmation_sent service', 'confirmed mail'])
    await write({ ...reply, text: 'yes' })
    expect(await sandbox.mails()).toHaveLength(2)
    await write({ ...reply, text: 'stop' })
    expect(await subscriptionOf(1)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
  })

  it('is dropped while sign-ups are stopped, and the stop lasts', async () => {
    context = { ...context, config: { ...context.config, confirmationsPerHour: 1 } }
    app = appOf(context)
    for (const from of ['bea@reader.example', 'cem@reader.example']) await write({ to: `subscribe@${domain}`, from })
    expect(await outcomes()).toEqual(['asked to confirm', 'refused: unavailable'])
    const stops = await database.db.selectFrom('confirmation_stop').select('stopped_until').execute()
    expect(stops).toEqual([{ stopped_until: minutes(60) }])
  })

  it('may be declined by a reply, and is silent to whoever waited too long', async () => {
    await write({ to: `subscribe+newsmatro@${domain}` })
    const to = (await newest())?.reply_to[0] ?? ''
    await write({ to, text: 'No!' })
    expect(await subscriptionOf(1)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
    await write({ to, text: 'yes' })
    expect((await subscriptionOf(1)).state).toBe('ended')
    context.clock.set(days(2))
    await write({ to: `subscribe@${domain}` })
    const later = (await newest())?.reply_to[0] ?? ''
    expect(later).not.toBe(to)
    context.clock.set(days(6))
    await write({ to: later, text: 'yes' })
    expect((await subscriptionOf(1)).state).toBe('pending')
    expect(await sandbox.mails()).toHaveLength(2)
  })

  it('keeps to the limits of the form, and is as silent', async () => {
    for (let time = 0; time < 3; time++) await write({ to: `subscribe@${domain}` })
    expect(await sandbox.mails()).toHaveLength(1)
    await aReader(database.db, { email: 'bea@reader.example' })
    await write({ to: `subscribe@${domain}`, from: 'bea@reader.example' })
    await write({ to: `subscribe+nothing@${domain}`, from: 'cem@reader.example' })
    expect(await sandbox.mails()).toHaveLength(1)
    expect((await outcomes()).at(-1)).toBe('refused: invalid_input')
  })
})

describe('what machines send', () => {
  it.each([
    ['an out-of-office notice', { headers: { 'Auto-Submitted': 'auto-replied' } }],
    ['an out-of-office notice with a comment', { headers: { 'auto-submitted': 'auto-generated (rejected)' } }],
    ['one that says so in its subject alone', { subject: 'Automatic reply: Today' }],
    ['Exchange', { headers: { 'X-Auto-Response-Suppress': 'All' } }],
    ['bulk', { headers: { Precedence: 'bulk' } }],
    ['a list', { headers: { 'List-Id': 'Friends <friends.example>' } }],
    ['a bounce', { headers: { 'Return-Path': '<>' } }],
    ['a report', { headers: { 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=x' } }],
    ['a mail server', { from: 'Mail Delivery Subsystem <MAILER-DAEMON@reader.example>' }],
    ['nobody', { from: 'no-reply@reader.example' }],
    ['a newsletter', { headers: { 'List-Unsubscribe': '<https://x.example>' } }],
    ['ourselves', { from: 'Newsmatro <digest@newsmatro.example>' }],
    ['our own addresses', { from: `subscribe@${domain}` }],
  ])('changes nothing and is not answered: %s', async (_, mail) => {
    const { subscriptionId } = await aReader(database.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'stop', ...mail })
    await write({ to: `subscribe@${domain}`, ...mail })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active' })
    expect(await sandbox.mails()).toEqual([])
    for (const outcome of await outcomes()) expect(outcome).toMatch(/^ignored: /)
  })

  it('ends when two such services write to each other', async () => {
    const { subscriptionId } = await aReader(database.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'help' })
    const answer = await newest()
    await write({ to: answer?.reply_to[0] ?? '', text: answer?.text ?? '', headers: answer?.headers ?? {} })
    expect(await sandbox.mails()).toHaveLength(1)
  })

  it('is believed to be from a person when it says "no"', async () => {
    const { subscriptionId } = await aReader(database.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'stop', headers: { 'Auto-Submitted': 'no' } })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
  })
})

describe('a token', () => {
  it('of another purpose, another reader, another key, cut or altered is worth nothing', async () => {
    const { subscriptionId, email } = await aReader(database.db)
    const token = (purpose: MailPurpose, id = subscriptionId) => signMailToken(context.keys, 'test', purpose, id)
    const other = signingKeysOf(new Map([['test', new Uint8Array(32).fill(8)]]))
    const genuine = token('reply')
    for (const local of [
      `reply+${token('unsubscribe')}`,
      `unsubscribe+${genuine}`,
      `unsubscribe+${token('confirm')}`,
      `reply+${signMailToken(other, 'test', 'reply', subscriptionId)}`,
      `reply+${genuine.replace(/^[^-]+/, (subscriptionId + 1).toString(36))}`,
      `reply+${genuine.slice(0, -1)}`,
      `reply+${genuine.slice(0, -1)}${genuine.endsWith('a') ? 'b' : 'a'}`,
      `reply+0${genuine}`,
      'reply',
      'unsubscribe',
      `confirm+${subscriptionId}`,
      'digest',
    ]) {
      await write({ from: email, to: `${local}@${domain}`, text: 'stop', subject: 'stop' })
    }
    await write({ from: email, to: `reply+${genuine}@other.example`, text: 'stop' })
    expect(await inboundMails()).toEqual([])
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'active', frequency: 'daily' })
    expect(await sandbox.mails()).toEqual([])
  })

  it('counts while its key is known, and fits before the @ of an address', async () => {
    const { subscriptionId } = await aReader(database.db)
    const to = addressFor('unsubscribe', subscriptionId)
    const newer = { newestId: 'new', ids: ['new', 'test'] }
    const keys = { ...newer, get: (id: string) => new Uint8Array(32).fill(id === 'new' ? 9 : 7) }
    app = appOf({ ...context, keys })
    await write({ to })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ state: 'ended' })
    const longest = `unsubscribe+${signMailToken(context.keys, 'test', 'unsubscribe', Number.MAX_SAFE_INTEGER)}`
    expect(longest.length).toBeLessThanOrEqual(64)
  })

  it('is not kept, nor is whom a mail is from or what it says', async () => {
    const { subscriptionId } = await aReader(database.db, { email: 'bea@reader.example' })
    const to = addressFor('reply', subscriptionId)
    await write({ from: 'ada@secret.example', to, text: 'weekly', subject: 'Re: hush' })
    const { rows } = await sql`select to_jsonb(e) as e from webhook_events e
      union all select to_jsonb(i) from inbound_mails i union all select to_jsonb(c) from consent_events c`.execute(
      database.db,
    )
    const kept = JSON.stringify([rows, lines])
    for (const secret of [to.split('@')[0] ?? '', 'ada@secret', 'hush', 'bea@']) expect(kept).not.toContain(secret)
  })
})

describe('an event', () => {
  const event = (id: string, to: string) =>
    JSON.stringify({
      type: 'email.received',
      created_at: monday.toISOString(),
      data: { email_id: id, from: 'x', to: [to] },
    })
  const post = async (body: string, id: string) => {
    const response = await app.request('/webhooks/resend', { method: 'POST', body, headers: signed(body, { id }) })
    await Promise.all(work.splice(0))
    return response.status
  }

  it('counts once, repeated or told of twice, and in any order', async () => {
    const { subscriptionId } = await aReader(database.db)
    const to = addressFor('reply', subscriptionId)
    await write({ to, text: 'weekly' })
    await write({ to, text: 'daily' })
    const [first, second] = await inboundMails()
    for (const id of ['msg_a', 'msg_a', 'msg_b']) expect(await post(event(first?.provider_id ?? '', to), id)).toBe(200)
    expect(await post(event(second?.provider_id ?? '', to), 'msg_c')).toBe(200)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
    expect(await consents()).toHaveLength(2)
    expect(await sandbox.mails()).toHaveLength(2)
    expect(await inboundMails()).toHaveLength(2)
  })

  it('is taken at once; the mail is fetched again until it is there, and given up after a day and more', async () => {
    const { subscriptionId } = await aReader(database.db)
    const to = addressFor('reply', subscriptionId)
    let isDown = true
    sandbox.intercept = async (request) =>
      isDown && request.url.includes('/receiving/') ? new Response('oops', { status: 500 }) : undefined
    await write({ to, text: 'weekly' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
    expect(await handle()).toEqual({ done: 0, postponed: 0, givenUp: 0 })
    context.clock.set(minutes(1))
    expect(await handle()).toMatchObject({ postponed: 1 })
    isDown = false
    context.clock.set(minutes(2))
    expect(await handle()).toMatchObject({ done: 1 })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })

    isDown = true
    await write({ to, text: 'daily' })
    let attempts = 1
    const startedAt = context.clock.now().getTime()
    for (let hour = 0; (await inboundMails())[1]?.state === 'waiting'; hour++) {
      context.clock.set(new Date(context.clock.now().getTime() + 3_600_000))
      await handle()
      attempts++
      expect(hour).toBeLessThan(100)
    }
    expect(attempts).toBe(36)
    expect(context.clock.now().getTime() - startedAt).toBeGreaterThan(86_400_000)
    expect(lines).toContainEqual({
      event: 'mail_given_up',
      mail: 2,
      purpose: 'reply',
      attempts: 36,
      reason: expect.stringContaining('application_error'),
    })
    isDown = false
    expect(await handle()).toEqual({ done: 0, postponed: 0, givenUp: 0 })
  })

  it('asked to wait, waits for all calls, and counts no attempt', async () => {
    const { subscriptionId } = await aReader(database.db)
    sandbox.intercept = async (request) =>
      request.url.includes('/receiving/')
        ? Response.json(
            { statusCode: 429, name: 'rate_limit_exceeded', message: '' },
            { status: 429, headers: { 'retry-after': '20' } },
          )
        : undefined
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    expect(await inboundMails()).toMatchObject([{ attempts: 0, last_error: '429 rate_limit_exceeded' }])
    const limits = await database.db.selectFrom('provider_limits').select('hold_reason').execute()
    expect(limits).toEqual([{ hold_reason: 'the provider asked for patience' }])
  })

  it('is read while sending is paused, and leaves it to a mail to find out whether that is over', async () => {
    const { subscriptionId } = await aReader(database.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    const limits = () => database.db.selectFrom('provider_limits').selectAll().executeTakeFirstOrThrow()
    const paused = {
      pause_reason: 'the quota is spent',
      next_probe_at: monday,
      bulk_paused_until: days(1),
      failures: 5,
    }
    await database.db.updateTable('provider_limits').set(paused).execute()
    const mailbox = createMailbox(context.config)
    await database.db
      .updateTable('inbound_mails')
      .set({ state: 'waiting', due_at: monday, settled_at: null, outcome: null })
      .execute()
    expect(await handleMails(context, mailbox, { signal: new AbortController().signal })).toMatchObject({ done: 1 })
    expect(await limits()).toMatchObject({ ...paused, held_until: null, hold_reason: null })
  })

  it('whose act fails undoes all of it, and is tried again', async () => {
    const { subscriptionId } = await aReader(database.db)
    await sql`alter table messages add constraint no_answers check (kind <> 'answer')`.execute(database.db)
    try {
      await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
      expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
      expect(await consents()).toEqual([])
      expect(lines).toContainEqual(expect.objectContaining({ event: 'mail_postponed' }))
    } finally {
      await sql`alter table messages drop constraint no_answers`.execute(database.db)
    }
    context.clock.set(minutes(1))
    expect(await handle()).toMatchObject({ done: 1 })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
  })

  it('is left alone by a worker that was stalled while another took it', async () => {
    const { subscriptionId } = await aReader(database.db)
    const mailbox = createMailbox(context.config)
    const response = await fetch(`${sandbox.url}/write`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'a@b.example', to: addressFor('reply', subscriptionId), text: 'weekly' }),
    })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    const parsed = parseWebhookEvent(new TextEncoder().encode(event(id, addressFor('reply', subscriptionId))))
    if (!parsed) throw new Error('no event')
    expect(await receiveMail(context, domain, 'msg_x', parsed)).toBe('stored')
    const stalled = {
      fetch: async (providerId: string) => {
        context.clock.set(minutes(5))
        await handleMails(context, mailbox, { signal: new AbortController().signal })
        return mailbox.fetch(providerId)
      },
    }
    await handleMails(context, stalled, { signal: new AbortController().signal })
    expect(await consents()).toEqual(['preferences_changed mail'])
    const answers = await database.db.selectFrom('messages').select('kind').execute()
    expect(answers).toEqual([{ kind: 'answer' }])
  })

  it('made of anything is taken, and without a token changes nothing', async () => {
    const { subscriptionId } = await aReader(database.db)
    const before = JSON.stringify(await subscriptionOf(subscriptionId))
    const local = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc
        .tuple(fc.constantFrom('reply+', 'unsubscribe+', 'confirm+'), fc.string({ maxLength: 50 }))
        .map((x) => x.join('')),
    )
    const address = fc.oneof(
      local.map((text) => `${text}@${domain}`),
      fc.string({ unit: 'binary' }),
    )
    let number = 0
    await fc.assert(
      fc.asyncProperty(fc.array(address, { maxLength: 3 }), fc.jsonValue(), fc.string(), async (to, any, emailId) => {
        const data = { email_id: emailId, to, cc: any, bcc: any, received_for: any, from: any }
        const body = JSON.stringify({ type: 'email.received', created_at: any, data })
        expect(await post(body, `msg_${number++}`)).toBe(200)
      }),
      { numRuns: 40 },
    )
    expect(JSON.stringify(await subscriptionOf(subscriptionId))).toBe(before)
    expect(await inboundMails()).toEqual([])
  })

  it('whose mail is made of anything ends somehow', async () => {
    const { subscriptionId } = await aReader(database.db)
    const to = addressFor('reply', subscriptionId)
    let answer: unknown
    sandbox.intercept = async (request) => (request.url.includes('/receiving/') ? Response.json(answer) : undefined)
    const text = fc.string({ unit: 'binary', maxLength: 60 })
    const part = fc.oneof(text, fc.constant(null), fc.jsonValue())
    let number = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          from: part,
          subject: part,
          text: part,
          html: part,
          message_id: part,
          headers: fc.dictionary(text, part),
        }),
        async (mail) => {
          answer = mail
          expect(await post(event(`mail-${number}`, to), `msg_any_${number++}`)).toBe(200)
        },
      ),
      { numRuns: 40 },
    )
    for (const mail of await inboundMails()) expect(mail.state).toBe('done')
  })

  it('is forgotten after 30 days', async () => {
    const { subscriptionId } = await aReader(database.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    context.clock.set(days(29))
    expect(await forgetMails(context, at(days(29)))).toEqual({ forgottenMails: 0 })
    context.clock.set(days(31))
    expect(await forgetMails(context, at(days(31)))).toEqual({ forgottenMails: 1 })
  })
})
