import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { createLog } from '../../src/platform/log.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startMailing, startSandbox, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext

beforeEach(async () => {
  ;({ context, sandbox } = await startMailing(database.db))
})
afterEach(() => sandbox.close())

const { signal } = new AbortController()
const minutes = (number: number) => new Date(monday.getTime() + number * 60_000)
const send = (using: TestContext = context) => sendMessages(using, createProvider(using.config), { signal })
const states = async () =>
  (await database.db.selectFrom('messages').select('state').orderBy('id').execute()).map(({ state }) => state)
const standing = () => database.db.selectFrom('provider_limits').selectAll().executeTakeFirstOrThrow()

async function withLimits(options: Parameters<typeof startSandbox>[1]): Promise<void> {
  await sandbox.close()
  sandbox = await startSandbox(context, options)
  context = mailingTo(context, sandbox)
}

async function planned(readers: number): Promise<void> {
  await anArticle(database.db, { firstSeenAt: minutes(-180) })
  for (let index = 0; index < readers; index++) await aReader(database.db, { email: `r${index}@reader.example` })
  await planDigests(context, at(monday))
}

async function confirmationsFor(count: number): Promise<void> {
  const evidence = { source: 'form', ip: null, userAgent: null } as const
  for (let index = 0; index < count; index++) {
    await subscribe(context, { email: `new${index}@reader.example` }, evidence)
  }
}

/** Answers every call with this refusal, and counts them. */
function refuse(status: number, name: string, headers: Record<string, string> = {}) {
  sandbox.intercept = async () => Response.json({ statusCode: status, name, message: 'no' }, { status, headers })
}

describe('the limit of requests a second', () => {
  it('is read from the answers, and kept by one process after the other, hardly slower than it has to be', async () => {
    await withLimits({ requestsPerSecond: 10 })
    let refused = 0
    sandbox.intercept = async (_, pass) => {
      const response = await pass()
      if (response.status === 429) refused += 1
      return response
    }
    const other = { ...context, db: connect(database.url) }
    await confirmationsFor(40)
    const stopping = new AbortController()
    const onProgress = ({ submitted }: { submitted: number }) => submitted === 20 && stopping.abort()
    const provider = createProvider(context.config)
    const first = await sendMessages(context, provider, { signal: stopping.signal, lanes: 1, onProgress })
    const second = await sendMessages(other, provider, { signal, lanes: 1 })
    await other.db.destroy()
    expect([first.submitted, second.submitted, refused]).toEqual([20, 20, 0])
    expect(await standing()).toMatchObject({ requests_per_second: 10 })
    const callsASecond = 40 / ((context.clock.now().getTime() - monday.getTime()) / 1_000)
    expect(callsASecond).toBeGreaterThanOrEqual(9.5)
    expect(callsASecond).toBeLessThanOrEqual(10.25) // the first call did not have to wait
  })

  it('does not hold back where the provider names none', async () => {
    await confirmationsFor(5)
    sandbox.intercept = async (_, pass) => {
      const response = new Response((await pass()).body, { headers: { 'content-type': 'application/json' } })
      return response
    }
    expect(await send()).toMatchObject({ submitted: 5 })
    expect(await standing()).toMatchObject({ requests_per_second: 0 })
  })

  it('makes everybody wait after a 429 for as long as it says', async () => {
    await planned(2)
    await confirmationsFor(1)
    refuse(429, 'rate_limit_exceeded', { 'retry-after': '30' })
    const first = await send()
    expect(first).toMatchObject({
      submitted: 0,
      halted: expect.stringMatching(/asked for patience; the next call is in (30|29) s/),
    })
    const calls = sandbox.calls.length
    sandbox.intercept = undefined
    const other = { ...context, db: connect(database.url) }
    expect(await send(other)).toMatchObject({ submitted: 0, halted: expect.stringContaining('asked for patience') })
    expect(sandbox.calls).toHaveLength(calls)
    context.clock.set(new Date(context.clock.now().getTime() + 31_000))
    expect(await send(other)).toMatchObject({ submitted: 3, halted: null })
    await other.db.destroy()
  })

  it('lets confirmations go before digests', async () => {
    await planned(250)
    await confirmationsFor(3)
    await sendMessages(context, createProvider(context.config), { signal, lanes: 1 })
    expect(sandbox.calls.map((call) => call.path)).toEqual([
      ...Array(3).fill('/emails'),
      ...Array(3).fill('/emails/batch'),
    ])
  })
})

describe('a refusal that only an operator can mend', () => {
  it('pauses all processes, lets one call a minute look again, and says why', async () => {
    await planned(250)
    refuse(403, 'validation_error')
    expect(await send()).toMatchObject({ submitted: 0, failed: 0, halted: expect.stringContaining('403') })
    const calls = sandbox.calls.length
    expect(await send()).toMatchObject({ batches: 0, halted: expect.stringContaining('see to the key and the domain') })
    expect(sandbox.calls).toHaveLength(calls)

    context.clock.set(minutes(2))
    expect(await send()).toMatchObject({ submitted: 0, halted: expect.stringContaining('403') })
    expect(sandbox.calls).toHaveLength(calls + 1)

    sandbox.intercept = undefined
    context.clock.set(minutes(4))
    const { submitted } = await send()
    context.clock.set(minutes(6))
    expect(submitted + (await send()).submitted).toBe(250)
    expect(await standing()).toMatchObject({ pause_reason: null })
    expect(await send()).toMatchObject({ halted: null })
  })

  it('is forgotten with another key', async () => {
    await planned(2)
    refuse(401, 'restricted_api_key')
    await send()
    sandbox.intercept = undefined
    const resend = { apiKey: 're_other', baseUrl: sandbox.url }
    expect(await send({ ...context, config: { ...context.config, resend } })).toMatchObject({ submitted: 2 })
  })
})

describe('refusals for what the mails hold', () => {
  it('cost single mails at first, and then pause: an audience is not burned for what is wrong with all', async () => {
    await planned(60)
    refuse(422, 'validation_error')
    expect(await send()).toMatchObject({ halted: expect.stringContaining('calls in a row were refused') })
    expect((await states()).filter((state) => state === 'failed').length).toBeLessThan(15)
    const calls = sandbox.calls.length
    context.clock.set(minutes(2))
    await send()
    expect(sandbox.calls).toHaveLength(calls + 1)
    sandbox.intercept = undefined
    context.clock.set(minutes(4))
    await send()
    expect((await states()).filter((state) => state === 'pending')).toEqual([])
    expect(await standing()).toMatchObject({ refusals: 0, pause_reason: null })
  })

  it('hold up digests alone: confirmations go on, and do not end the pause', async () => {
    await planned(20)
    sandbox.intercept = async (request) =>
      new URL(request.url).pathname === '/emails/batch'
        ? Response.json({ statusCode: 422, name: 'validation_error', message: 'no' }, { status: 422 })
        : undefined
    await send()
    const { refusals } = await standing()
    expect(refusals).toBeGreaterThanOrEqual(10)
    await confirmationsFor(3)
    expect(await send()).toMatchObject({ submitted: 3, halted: expect.stringContaining('calls in a row were refused') })
    expect(await standing()).toMatchObject({ pauses_bulk_only: true, refusals })

    sandbox.intercept = undefined
    context.clock.set(minutes(2))
    await send()
    expect(await standing()).toMatchObject({ refusals: 0, pause_reason: null })
    expect((await states()).filter((state) => state === 'pending')).toEqual([])
  })

  it('hold up nobody where anybody can bring them about: of confirmations, and of what is asked again', async () => {
    await confirmationsFor(15)
    const refuseNew = async (request: Request) =>
      (await request.clone().text()).includes('"to":["new')
        ? Response.json({ statusCode: 422, name: 'validation_error', message: 'no' }, { status: 422 })
        : undefined
    sandbox.intercept = refuseNew
    await planned(3)
    const lines: string[] = []
    const watched = { ...context, log: createLog((line) => lines.push(line)) }
    expect(await send(watched)).toMatchObject({ failed: 15, submitted: 3, halted: null })
    expect(await standing()).toMatchObject({ refusals: 0, transactional_refusals: 15, pause_reason: null })
    expect(lines.filter((line) => line.includes('transactional_refused'))).toHaveLength(1)

    sandbox.intercept = undefined
    await subscribe(context, { email: 'fine@reader.example' }, { source: 'form', ip: null, userAgent: null })
    await send()
    expect(await standing()).toMatchObject({ transactional_refusals: 0 })
  })

  it('of a batch that is asked about again count for nothing, however often it is asked', async () => {
    await planned(1)
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    await send()
    refuse(422, 'validation_error')
    for (let minute = 2; minute < 40; minute += 2) {
      context.clock.set(minutes(minute))
      await send()
    }
    expect(sandbox.calls.length).toBeGreaterThan(11)
    expect(await states()).toEqual(['sending'])
    expect(await standing()).toMatchObject({ refusals: 0, pause_reason: null })
  })

  it('do the same where a call is answered with a refusal of each', async () => {
    await planned(60)
    sandbox.intercept = async (request) => {
      const mails = (await request.clone().json()) as unknown[]
      return Response.json({ data: [], errors: mails.map((_, index) => ({ index, message: 'no' })) })
    }
    const options = { signal, lanes: 1, batchSize: 5 }
    const { failed } = await sendMessages(context, createProvider(context.config), options)
    expect(failed).toBeLessThan(20)
  })
})

describe('a provider that does not answer', () => {
  it('is asked ever more rarely, about what was begun: the rest is not begun', async () => {
    await planned(40)
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    const tick = () => sendMessages(context, createProvider(context.config), { signal, batchSize: 2 })
    for (let minute = 0; minute < 30; minute++) {
      context.clock.set(minutes(minute))
      await tick()
    }
    const begun = (await states()).filter((state) => state === 'sending').length
    expect(begun).toBeLessThanOrEqual(16)
    expect(sandbox.calls.length).toBeLessThan(80)
    expect(await tick()).toMatchObject({ halted: expect.stringContaining('does not answer') })

    sandbox.intercept = undefined
    for (const minute of [35, 36, 37]) {
      context.clock.set(minutes(minute))
      await tick()
    }
    expect(new Set(await states())).toEqual(new Set(['submitted']))
    expect(await sandbox.mails()).toHaveLength(40)
    expect(await standing()).toMatchObject({ failures: 0, held_until: null })
  })
})

describe('what was written by a clock that was set back since', () => {
  it('holds nobody', async () => {
    await planned(2)
    await send({ ...context, config: { ...context.config } })
    await database.db
      .updateTable('provider_limits')
      .set({ next_call_at: minutes(300), held_until: minutes(300), hold_reason: 'the provider asked for patience' })
      .execute()
    await confirmationsFor(1)
    expect(await send()).toMatchObject({ submitted: 1, halted: null })
  })
})

describe('after a pause', () => {
  it.each([
    ['a wrong key', 401, 'restricted_api_key'],
    ['an outage', 502, 'bad_gateway'],
  ])('for %s all lanes send again', async (_, status, name) => {
    await planned(40)
    refuse(status, name)
    await sendMessages(context, createProvider(context.config), { signal, batchSize: 2 })
    context.clock.set(minutes(2))
    let arrived = 0
    let open = () => {}
    const four = new Promise<void>((resolve) => {
      open = resolve
    })
    // Until there are four under way at once, none is answered, but for those that find out whether the pause is over.
    sandbox.intercept = async (_, pass) => {
      const { failures, refusals, pause_reason } = await standing()
      if (failures + refusals > 0 || pause_reason !== null) return pass()
      arrived += 1
      if (arrived >= 4) open()
      await four
      return pass()
    }
    expect(await sendMessages(context, createProvider(context.config), { signal, batchSize: 2 })).toMatchObject({
      submitted: expect.any(Number),
      halted: null,
    })
    expect(arrived).toBeGreaterThanOrEqual(4)
  })
})

describe('a spent quota', () => {
  it('is used to its end by smaller batches, then holds digests until it resets, and loses none', async () => {
    await withLimits({ dailyQuota: 50 })
    await planned(60)
    expect(await send()).toMatchObject({ submitted: 50, failed: 0, halted: expect.stringContaining('until 00:00 UTC') })
    expect((await states()).filter((state) => state === 'pending')).toHaveLength(10)
    const calls = sandbox.calls.length
    context.clock.set(minutes(30))
    await send()
    expect(sandbox.calls).toHaveLength(calls)
    sandbox.intercept = async (_, pass) => pass()
    await sandbox.close()
    sandbox = await startSandbox(context, { dailyQuota: 1_000 })
    context = mailingTo(context, sandbox)
    context.clock.set(new Date('2026-11-24T00:00:01Z'))
    const first = await send()
    context.clock.set(new Date('2026-11-24T00:02:00Z'))
    expect(first.submitted + (await send()).submitted).toBe(10)
  })

  it('is looked at with one mail an hour, and what has become free is used to its end', async () => {
    await withLimits({ dailyQuota: 50 })
    await planned(130)
    await send()
    await withLimits({ dailyQuota: 90 })
    let submitted = 0
    const askedAt: number[] = []
    for (let minute = 1; minute < 200; minute += 1) {
      context.clock.set(minutes(minute))
      const calls = sandbox.calls.length
      submitted += (await send()).submitted
      if (sandbox.calls.length > calls) askedAt.push(minute)
    }
    expect(submitted).toBe(40)
    // Once to find the room and use it up, and once for each hour after that.
    expect(askedAt.length).toBeGreaterThanOrEqual(3)
    expect(askedAt.length).toBeLessThanOrEqual(5)
  })

  it('lets a confirmation be tried meanwhile, and does not take its acceptance for the end of the pause', async () => {
    await withLimits({ dailyQuota: 52 })
    await planned(60)
    refuse(429, 'daily_quota_exceeded')
    await send()
    sandbox.intercept = undefined
    await confirmationsFor(2)
    context.clock.set(minutes(2))
    const calls = sandbox.calls.length
    expect(await send()).toMatchObject({ submitted: 2, halted: expect.stringContaining('daily_quota_exceeded') })
    expect(sandbox.calls.slice(calls).map((call) => call.path)).toEqual(['/emails', '/emails'])
    expect(await standing()).toMatchObject({ daily_used: expect.any(Number) })
  })
})
