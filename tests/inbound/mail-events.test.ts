// On Node alone: what comes between the service and its provider is in this process there.
import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { parseWebhookEvent } from '../../src/delivery/webhook-event.ts'
import { createMailbox } from '../../src/inbound/fetch-mail.ts'
import { forgetMails } from '../../src/inbound/forget-mails.ts'
import { receiveMail } from '../../src/inbound/receive-mail.ts'
import { at, monday } from '../support/context.ts'
import { aReader } from '../support/factories.ts'
import { days, domain, mailSite, minutes } from '../support/mail-site.ts'
import { webFixture } from '../support/web-fixture.ts'
import { signed } from '../support/webhooks.ts'

const web = webFixture()
const site = mailSite(web)
const { write, addressFor, subscriptionOf, inboundMails, consents, handle, mails, hand, request } = site

describe('an event', () => {
  const event = (id: string, to: string) =>
    JSON.stringify({
      type: 'email.received',
      created_at: monday.toISOString(),
      data: { email_id: id, from: 'x', to: [to] },
    })
  const post = async (body: string, id: string) => {
    const response = await request('/webhooks/resend', { method: 'POST', body, headers: signed(body, { id }) })
    return response.status
  }

  it('counts once, repeated or told of twice, and in any order', async () => {
    const { subscriptionId } = await aReader(site.db)
    const to = addressFor('reply', subscriptionId)
    await write({ to, text: 'weekly' })
    await write({ to, text: 'daily' })
    const [first, second] = await inboundMails()
    for (const id of ['msg_a', 'msg_a', 'msg_b']) expect(await post(event(first?.provider_id ?? '', to), id)).toBe(200)
    expect(await post(event(second?.provider_id ?? '', to), 'msg_c')).toBe(200)
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
    expect(await consents()).toHaveLength(2)
    expect(await mails()).toHaveLength(2)
    expect(await inboundMails()).toHaveLength(2)
  })

  it('is taken at once; the mail is fetched again until it is there, and given up after a day and more', async () => {
    const { subscriptionId } = await aReader(site.db)
    const to = addressFor('reply', subscriptionId)
    let isDown = true
    web.sandbox.intercept = async (request) =>
      isDown && request.url.includes('/receiving/') ? new Response('oops', { status: 500 }) : undefined
    await write({ to, text: 'weekly' })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
    expect(await handle()).toEqual({ done: 0, postponed: 0, givenUp: 0 })
    site.context.clock.set(minutes(1))
    expect(await handle()).toMatchObject({ postponed: 1 })
    isDown = false
    site.context.clock.set(minutes(2))
    expect(await handle()).toMatchObject({ done: 1 })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })

    isDown = true
    await write({ to, text: 'daily' })
    let attempts = 1
    const startedAt = site.context.clock.now().getTime()
    for (let hour = 0; (await inboundMails())[1]?.state === 'waiting'; hour++) {
      site.context.clock.set(new Date(site.context.clock.now().getTime() + 3_600_000))
      await handle()
      attempts++
      expect(hour).toBeLessThan(100)
    }
    expect(attempts).toBe(36)
    expect(site.context.clock.now().getTime() - startedAt).toBeGreaterThan(86_400_000)
    expect(site.lines).toContainEqual({
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
    const { subscriptionId } = await aReader(site.db)
    web.sandbox.intercept = async (request) =>
      request.url.includes('/receiving/')
        ? Response.json(
            { statusCode: 429, name: 'rate_limit_exceeded', message: '' },
            { status: 429, headers: { 'retry-after': '20' } },
          )
        : undefined
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    expect(await inboundMails()).toMatchObject([{ attempts: 0, last_error: '429 rate_limit_exceeded' }])
    const limits = await site.db.selectFrom('provider_limits').select('hold_reason').execute()
    expect(limits).toEqual([{ hold_reason: 'the provider asked for patience' }])
  })

  it('is read while sending is paused, and leaves it to a mail to find out whether that is over', async () => {
    const { subscriptionId } = await aReader(site.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    const limits = () => site.db.selectFrom('provider_limits').selectAll().executeTakeFirstOrThrow()
    const paused = {
      pause_reason: 'the quota is spent',
      next_probe_at: monday,
      bulk_paused_until: days(1),
      failures: 5,
    }
    await site.db.updateTable('provider_limits').set(paused).execute()
    await site.db
      .updateTable('inbound_mails')
      .set({ state: 'waiting', due_at: monday, settled_at: null, outcome: null })
      .execute()
    expect(await handle()).toMatchObject({ done: 1 })
    expect(await limits()).toMatchObject({ ...paused, held_until: null, hold_reason: null })
  })

  it('whose act fails undoes all of it, and is tried again', async () => {
    const { subscriptionId } = await aReader(site.db)
    await sql`alter table messages add constraint no_answers check (kind <> 'answer')`.execute(site.db)
    try {
      await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
      expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'daily' })
      expect(await consents()).toEqual([])
      expect(site.lines).toContainEqual(expect.objectContaining({ event: 'mail_postponed' }))
    } finally {
      await sql`alter table messages drop constraint no_answers`.execute(site.db)
    }
    site.context.clock.set(minutes(1))
    expect(await handle()).toMatchObject({ done: 1 })
    expect(await subscriptionOf(subscriptionId)).toMatchObject({ frequency: 'weekly' })
  })

  it('is left alone by a worker that was stalled while another took it', async () => {
    const { subscriptionId } = await aReader(site.db)
    const mailbox = createMailbox(site.context.config)
    const to = addressFor('reply', subscriptionId)
    const id = await hand({ from: 'a@b.example', to, text: 'weekly' })
    const parsed = parseWebhookEvent(new TextEncoder().encode(event(id, to)))
    if (!parsed) throw new Error('no event')
    expect(await receiveMail(site.context, domain, 'msg_x', parsed)).toBe('stored')
    const stalled = {
      fetch: async (providerId: string) => {
        site.context.clock.set(minutes(5))
        await handle()
        return mailbox.fetch(providerId)
      },
    }
    await handle(stalled)
    expect(await consents()).toEqual(['preferences_changed mail'])
    const answers = await site.db.selectFrom('messages').select('kind').execute()
    expect(answers).toEqual([{ kind: 'answer' }])
  })

  it('made of anything is taken, and without a token changes nothing', async () => {
    const { subscriptionId } = await aReader(site.db)
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
    const { subscriptionId } = await aReader(site.db)
    const to = addressFor('reply', subscriptionId)
    let answer: unknown
    web.sandbox.intercept = async (request) => (request.url.includes('/receiving/') ? Response.json(answer) : undefined)
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
    const { subscriptionId } = await aReader(site.db)
    await write({ to: addressFor('reply', subscriptionId), text: 'weekly' })
    site.context.clock.set(days(29))
    expect(await forgetMails(site.context, at(days(29)))).toEqual({ forgottenMails: 0 })
    site.context.clock.set(days(31))
    expect(await forgetMails(site.context, at(days(31)))).toEqual({ forgottenMails: 1 })
  })
})
