import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { addSuppressions, removeSuppressions } from '../../src/delivery/suppressions.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { emptyDatabase } from '../support/empty-database.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startSandbox } from '../support/sandbox.ts'
import { type EventOptions, webhookEvent } from '../support/webhooks.ts'

const database = testDatabase()
let context: TestContext
let received = 0

beforeEach(() => {
  context = testContext(database.db)
})

const days = (number: number) => new Date(monday.getTime() + number * 86_400_000)
const receive = (options: EventOptions, id = `msg_${++received}`) => receiveWebhook(context, id, webhookEvent(options))
const hard = { bounce: { type: 'Permanent', subType: 'General', message: 'no such user' } }
const soft = { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'full' } }

const message = (id: number) =>
  database.db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const suppressions = () => database.db.selectFrom('suppressions').selectAll().orderBy('email_key').execute()
const consent = () =>
  database.db.selectFrom('consent_events').select(['kind', 'subscription_id', 'details']).orderBy('kind').execute()
const subscription = () => database.db.selectFrom('subscriptions').selectAll().executeTakeFirstOrThrow()
const kept = () =>
  database.db.selectFrom('webhook_events').select(['svix_id', 'message_id']).orderBy('svix_id').execute()

describe('an event', () => {
  it.each([
    ['delivered', 'delivered_at'],
    ['delivery_delayed', 'delayed_at'],
    ['opened', 'opened_at'],
    ['clicked', 'clicked_at'],
    ['suppressed', 'suppressed_at'],
    ['bounced', 'bounced_at'],
    ['complained', 'complained_at'],
  ] as const)('%s is noted with its first time, whichever comes first', async (type, column) => {
    const id = await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    expect(await receive({ type, providerId: 'p', at: days(2) })).toBe('recorded')
    await receive({ type, providerId: 'p', at: days(1) })
    await receive({ type, providerId: 'p', at: days(3) })
    expect(await message(id)).toMatchObject({ [column]: days(1), state: 'submitted', reason: null })
  })

  it('has its effect once, however often it comes', async () => {
    const id = await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    const bounce = { type: 'bounced', providerId: 'p', data: hard }
    const results = await Promise.all(Array.from({ length: 5 }, () => receive(bounce, 'msg_same')))
    expect(results.sort()).toEqual(['recorded', ...Array(4).fill('repeated')])
    expect(await kept()).toEqual([{ svix_id: 'msg_same', message_id: id }])
    expect(await consent()).toHaveLength(1)
    // Removed by hand: a late repetition must not bring it back.
    await database.db.deleteFrom('suppressions').execute()
    await receive(bounce, 'msg_same')
    expect(await suppressions()).toEqual([])
  })

  // The embedded database has one session, where nothing can come between.
  it('comes at the same moment as others of its message, with the effect of one after the other', async () => {
    const types = ['sent', 'delivered', 'opened', 'clicked', 'delivery_delayed', 'complained', 'bounced', 'suppressed']
    const events = [...types, ...types].map((type, index) => ({ type, at: days(index), data: hard }))
    const outcomeOf = async (providerId: string, inTurn: boolean) => {
      const reader = await aReader(database.db, { email: `${providerId}@reader.example` })
      const id = await aMessage(database.db, reader, { provider_id: providerId })
      const results: string[] = []
      if (inTurn) for (const event of events) results.push(await receive({ ...event, providerId }))
      else results.push(...(await Promise.all(events.map((event) => receive({ ...event, providerId })))))
      const { delivered_at, opened_at, clicked_at, delayed_at, complained_at, bounced_at, suppressed_at, state } =
        await message(id)
      const suppressed = (await suppressions()).filter((row) => row.email_key === reader.email)
      return {
        results,
        times: [delivered_at, opened_at, clicked_at, delayed_at, complained_at, bounced_at, suppressed_at],
        ...{ state, suppressed: suppressed.map(({ reason, created_at }) => ({ reason, created_at })) },
      }
    }
    const inTurn = await outcomeOf('turn', true)
    expect(inTurn.results).toEqual(Array(16).fill('recorded'))
    for (let round = 0; round < 3; round++) expect(await outcomeOf(`once${round}`, false)).toEqual(inTurn)
  })

  it('is kept when its message or its type is unknown', async () => {
    await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    expect(await receive({ type: 'bounced', providerId: 'q', data: hard }, 'a')).toBe('unknown_message')
    expect(await receive({ type: 'teleported', providerId: 'q' }, 'b')).toBe('unknown_type')
    expect(await kept()).toMatchObject([{ svix_id: 'a' }, { svix_id: 'b' }])
    expect(await suppressions()).toEqual([])
  })

  it('is kept also with characters that PostgreSQL refuses', async () => {
    const id = await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    await receive({ type: 'failed', providerId: 'p', data: { failed: { reason: 'a\0b\ud800' }, subject: '\0' } })
    expect(await message(id)).toMatchObject({ state: 'failed', reason: 'a\u{fffd}b\u{fffd}' })
    const data = { 'a\0': { '\ud800b': [{ '\0': 'c' }], d: [1, null, true] } }
    expect(await receive({ type: 'sent', providerId: 'p', data, to: 'a\0@reader.example' })).toBe('recorded')
    const { payload } = await database.db
      .selectFrom('webhook_events')
      .select('payload')
      .where('type', '=', 'email.sent')
      .executeTakeFirstOrThrow()
    expect(payload).toMatchObject({
      data: { 'a\u{fffd}': { '\u{fffd}b': [{ '\u{fffd}': 'c' }], d: [1, null, true] } },
    })
  })
})

describe('a bounce', () => {
  it('for good suppresses the address at once, and takes back what waits', async () => {
    const reader = await aReader(database.db, { email: 'Ada@Reader.example' })
    const id = await aMessage(database.db, reader, { provider_id: 'p' })
    const waiting = await aMessage(database.db, reader, { state: 'pending' })
    const other = await aMessage(database.db, await aReader(database.db), { state: 'pending' })
    await receive({ type: 'bounced', providerId: 'p', data: hard, at: days(1) })
    expect(await suppressions()).toEqual([
      { email_key: 'ada@reader.example', reason: 'hard_bounce', created_at: days(1) },
    ])
    expect(await message(waiting)).toMatchObject({ state: 'canceled', reason: 'suppressed' })
    expect(await message(other)).toMatchObject({ state: 'pending' })
    expect(await consent()).toEqual([
      { kind: 'hard_bounce', subscription_id: reader.subscriptionId, details: { message: id } },
    ])
  })

  const bouncesOn = async (...onDays: number[]) => {
    const reader = await aReader(database.db)
    for (const day of onDays) {
      await aMessage(database.db, reader, { provider_id: `p${day}` })
      await receive({ type: 'bounced', providerId: `p${day}`, data: soft, at: days(day) })
    }
    return reader
  }

  it('for now suppresses at the fifth in a row', async () => {
    const reader = await bouncesOn(0, 1, 2, 3)
    expect(await suppressions()).toEqual([])
    await aMessage(database.db, reader, { provider_id: 'last' })
    await receive({ type: 'bounced', providerId: 'last', data: soft, at: days(14) })
    expect(await suppressions()).toMatchObject([{ reason: 'soft_bounces', created_at: days(14) }])
    expect(await consent()).toEqual([])
  })

  it('for now stays suppressed when something comes late of who had the address before', async () => {
    const reader = await bouncesOn(0, 1, 2, 3, 4)
    const former = await aReader(database.db, { email: 'moved@reader.example' })
    await aMessage(database.db, former, { provider_id: 'former', to_email: reader.email })
    await receive({ type: 'bounced', providerId: 'former', data: soft, at: days(0) })
    expect(await suppressions()).toMatchObject([{ reason: 'soft_bounces', created_at: days(4) }])
  })

  it('for now does not suppress when five take longer than 14 days', async () => {
    await bouncesOn(0, 4, 8, 12, 15)
    expect(await suppressions()).toEqual([])
  })

  it('for now counts from the last delivery, also when that is told late', async () => {
    const reader = await bouncesOn(0, 1, 3, 4, 5)
    expect(await suppressions()).toHaveLength(1)
    await aMessage(database.db, reader, { provider_id: 'between' })
    await receive({ type: 'delivered', providerId: 'between', at: days(2) })
    expect(await suppressions()).toEqual([])
  })
})

describe('soft bounces and an operator who takes the address off the list', () => {
  const softly = async (reader: Awaited<ReturnType<typeof aReader>>, day: number, providerId = `p${day}`) => {
    await aMessage(database.db, reader, { provider_id: providerId })
    await receive({ type: 'bounced', providerId, data: soft, at: days(day) })
  }

  it('count from then on: the fifth suppresses again, and none before it', async () => {
    const reader = await aReader(database.db, { email: 'Ada@reader.example' })
    const other = await aReader(database.db)
    for (const day of [0, 1, 2, 3, 4]) await softly(reader, day)
    for (const day of [0, 1, 2, 3]) await softly(other, day, `other${day}`)
    expect(await suppressions()).toHaveLength(1)
    context.clock.set(days(5))
    await removeSuppressions(context, ['ada@reader.example'])
    await softly(reader, 4.5) // told late
    for (const day of [6, 7, 8, 9]) await softly(reader, day)
    expect(await suppressions()).toEqual([])
    await softly(reader, 10)
    expect(await suppressions()).toMatchObject([{ email_key: 'ada@reader.example', created_at: days(10) }])
    // Those of somebody else count as before.
    await softly(other, 4, 'other4')
    expect(await suppressions()).toHaveLength(2)
  })

  it('count as before when one of the addresses was not on the list, and nothing was changed', async () => {
    const reader = await aReader(database.db, { email: 'ada@reader.example' })
    for (const day of [0, 1, 2, 3]) await softly(reader, day)
    context.clock.set(days(3.5))
    await expect(removeSuppressions(context, ['ada@reader.example'])).rejects.toThrow('not on the list')
    await softly(reader, 4)
    expect(await suppressions()).toHaveLength(1)
  })
})

describe('a complaint', () => {
  it('suppresses, ends the subscription and takes back what waits, also when it comes before the delivery', async () => {
    const reader = await aReader(database.db)
    const id = await aMessage(database.db, reader, { provider_id: 'p' })
    const waiting = await aMessage(database.db, reader, { state: 'pending' })
    await receive({ type: 'complained', providerId: 'p', at: days(1) })
    await receive({ type: 'delivered', providerId: 'p', at: monday })
    expect(await suppressions()).toMatchObject([{ reason: 'complaint' }])
    expect(await subscription()).toMatchObject({ state: 'ended', ended_reason: 'complaint', next_digest_at: null })
    expect(await message(waiting)).toMatchObject({ state: 'canceled', reason: 'suppressed' })
    expect(await message(id)).toMatchObject({ state: 'submitted', complained_at: days(1), delivered_at: monday })
    expect(await consent()).toMatchObject([{ kind: 'complaint' }])
  })

  it('leaves a subscription that ended before as it was', async () => {
    const reader = await aReader(database.db, {
      state: 'ended',
      ended_reason: 'unsubscribed',
      ended_at: monday,
      next_digest_at: null,
    })
    await aMessage(database.db, reader, { provider_id: 'p' })
    await receive({ type: 'complained', providerId: 'p' })
    expect(await subscription()).toMatchObject({ ended_reason: 'unsubscribed' })
  })
})

describe('a failure at the provider', () => {
  const failed = { type: 'failed', providerId: 'p', data: { failed: { reason: 'reached_daily_quota' } } }

  it('undoes the acceptance', async () => {
    const id = await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    await receive(failed)
    await receive({ type: 'sent', providerId: 'p' })
    expect(await message(id)).toMatchObject({ state: 'failed', reason: 'reached_daily_quota' })
  })

  it('counts for nothing beside a delivery', async () => {
    const id = await aMessage(database.db, await aReader(database.db), { provider_id: 'p' })
    await receive(failed)
    await receive({ type: 'delivered', providerId: 'p' })
    expect(await message(id)).toMatchObject({ state: 'submitted', reason: null })
  })
})

describe('a batch whose answer was lost', () => {
  const lost = { state: 'sending', lease_until: days(-1), last_error: '502' } as const

  it('is settled by the events of its messages', async () => {
    const sandbox = await startSandbox(context)
    const mailing = mailingTo(context, sandbox)
    await anArticle(database.db, { firstSeenAt: days(-0.1) })
    await aReader(database.db, { email: 'a@reader.example' })
    await aReader(database.db, { email: 'b@reader.example' })
    await planDigests(mailing, at(monday))
    sandbox.intercept = async (_, pass) => {
      await pass()
      return new Response('bad gateway', { status: 502 })
    }
    const { signal } = new AbortController()
    await sendMessages(mailing, createProvider(mailing.config), { signal })
    const states = () => database.db.selectFrom('messages').select(['state', 'provider_id']).orderBy('id').execute()
    const batch = () => database.db.selectFrom('batches').select(['state', 'lease_until']).executeTakeFirstOrThrow()
    expect(await states()).toMatchObject([{ state: 'sending' }, { state: 'sending' }])

    const [first, second] = await sandbox.mails()
    const eventOf = (mail: typeof first) => ({
      type: 'delivered',
      providerId: mail?.id ?? '',
      message: Number(mail?.tags[0]?.value),
      to: mail?.to[0] ?? '',
    })
    await receive(eventOf(first))
    expect(await batch()).toMatchObject({ state: 'sending' })
    await receive(eventOf(second))
    expect(await batch()).toEqual({ state: 'submitted', lease_until: null })
    expect(await states()).toEqual([
      { state: 'submitted', provider_id: first?.id },
      { state: 'submitted', provider_id: second?.id },
    ])
    sandbox.intercept = undefined
    context.clock.set(days(2))
    const callsBefore = sandbox.calls.length
    await sendMessages(mailing, createProvider(mailing.config), { signal })
    expect(sandbox.calls).toHaveLength(callsBefore)
    await sandbox.close()
  })

  it('is settled also after it was given up', async () => {
    const reader = await aReader(database.db)
    const id = await aMessage(database.db, reader, { state: 'unknown', batch: { state: 'unknown' } })
    await receive({ type: 'sent', providerId: 'p', message: id, to: reader.email })
    expect(await message(id)).toMatchObject({ state: 'submitted', provider_id: 'p' })
    expect(await database.db.selectFrom('batches').select('state').execute()).toEqual([{ state: 'submitted' }])
  })

  it('is left to its worker while the call is under way', async () => {
    const reader = await aReader(database.db)
    const batch = { state: 'sending', lease_until: days(1) } as const
    const id = await aMessage(database.db, reader, { state: 'sending', batch })
    await receive({ type: 'sent', providerId: 'p', message: id, to: reader.email })
    expect(await message(id)).toMatchObject({ state: 'submitted', provider_id: 'p' })
    expect(await database.db.selectFrom('batches').select('state').execute()).toEqual([{ state: 'sending' }])
  })

  it("is not settled by another service's mail that is numbered alike", async () => {
    const reader = await aReader(database.db)
    const id = await aMessage(database.db, reader, { state: 'sending', batch: lost })
    await receive({ type: 'complained', providerId: 'p', message: id, to: 'somebody@else.example' })
    expect(await message(id)).toMatchObject({ state: 'sending', provider_id: null })
    expect(await suppressions()).toEqual([])
  })
})

const anEvent = fc.record({
  message: fc.nat({ max: 8 }),
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant('soft') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'sent',
        'delivered',
        'delivery_delayed',
        'hard',
        'complained',
        'failed',
        'suppressed',
        'opened',
        'clicked',
      ),
    },
  ),
  day: fc.nat({ max: 16 }),
})
const histories = fc.array(anEvent, { minLength: 1, maxLength: 14 }).chain((events) => {
  const numbers = events.map((_, index) => index)
  const order = fc
    .tuple(
      fc.shuffledSubarray(numbers, { minLength: numbers.length }),
      fc.array(fc.constantFrom(...numbers), { maxLength: 6 }),
    )
    .map(([all, again]) => [...all, ...again])
  const liftedOn = fc.option(fc.nat({ max: 10 }))
  return fc.record({ events: fc.constant(events), one: order, other: order, liftedOn })
})

describe('events in any order', () => {
  it('and repeated, lead to the same state', { timeout: 120_000 }, async () => {
    const stateAfter = async (
      events: readonly (typeof anEvent extends fc.Arbitrary<infer T> ? T : never)[],
      order: number[],
      liftedOn: number | null,
    ) => {
      await emptyDatabase(database.db)
      const reader = await aReader(database.db, { email: 'reader@reader.example' })
      if (liftedOn !== null) {
        context.clock.set(days(liftedOn))
        await addSuppressions(context, [reader.email])
        await removeSuppressions(context, [reader.email])
        context.clock.set(monday)
      }
      const ids: number[] = []
      for (let index = 0; index < 6; index++) ids.push(await aMessage(database.db, reader))
      ids.push(await aMessage(database.db, reader, { state: 'unknown', batch: { state: 'unknown' } }))
      const lease = { state: 'sending', lease_until: days(-1), last_error: '502' } as const
      ids.push(await aMessage(database.db, reader, { state: 'sending', batch: lease }))
      ids.push(await aMessage(database.db, reader, { state: 'canceled', reason: 'unsubscribed' }))
      await aMessage(database.db, reader, { state: 'pending' })
      for (const number of order) {
        const event = events[number]
        if (!event) continue
        const id = ids[event.message] ?? 0
        const { provider_id } = await message(id)
        await receive(
          {
            type: event.kind === 'hard' || event.kind === 'soft' ? 'bounced' : event.kind,
            at: days(event.day),
            providerId: provider_id ?? `late-${event.message}`,
            message: id,
            to: reader.email,
            data: { ...(event.kind === 'hard' ? hard : soft), failed: { reason: `reason ${number}` } },
          },
          `msg_${number}`,
        )
      }
      const { db } = database
      const rows = await db.selectFrom('messages').selectAll().orderBy('id').execute()
      return {
        messages: rows.map(({ id, state, reason, settled_at, ...row }) => ({
          ...{ id, state, reason, settled_at, linked: row.provider_id !== null, kind: row.bounce_kind },
          times: [row.delivered_at, row.delayed_at, row.bounced_at, row.complained_at, row.failed_at],
          more: [row.suppressed_at, row.opened_at, row.clicked_at, row.failure_reason],
        })),
        batches: await db
          .selectFrom('batches')
          .select(['id', 'state', 'settled_at', 'lease_until'])
          .orderBy('id')
          .execute(),
        suppressions: await suppressions(),
        subscription: (({ created_at, ...row }) => row)(await subscription()),
        consent: (await consent()).map((row) => JSON.stringify(row)).sort(),
        kept: await kept(),
      }
    }
    await fc.assert(
      fc.asyncProperty(histories, async ({ events, one, other, liftedOn }) => {
        expect(await stateAfter(events, one, liftedOn)).toEqual(await stateAfter(events, other, liftedOn))
      }),
      { numRuns: 15 },
    )
  })
})
