import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startSandbox, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext

beforeEach(async () => {
  const bare = testContext(database.db)
  sandbox = await startSandbox(bare)
  context = mailingTo(bare, sandbox)
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
    expect(first).toMatchObject({ submitted: 0, halted: expect.stringMatching(/asked to wait (30|29) s/) })
    const calls = sandbox.calls.length
    sandbox.intercept = undefined
    const other = { ...context, db: connect(database.url) }
    expect(await send(other)).toMatchObject({ submitted: 0, halted: expect.stringContaining('asked to wait') })
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

describe('a spent quota', () => {
  it('holds digests until it resets, and loses none', async () => {
    await withLimits({ dailyQuota: 50 })
    await planned(60)
    expect(await send()).toMatchObject({ submitted: 0, failed: 0, halted: expect.stringContaining('until 00:00 UTC') })
    expect(await states()).toEqual(Array(60).fill('pending'))
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
    expect(first.submitted + (await send()).submitted).toBe(60)
  })

  it('lets a confirmation be tried meanwhile, and does not take its acceptance for the end of the pause', async () => {
    await withLimits({ dailyQuota: 50 })
    await planned(60)
    await send()
    await confirmationsFor(2)
    context.clock.set(minutes(2))
    const calls = sandbox.calls.length
    expect(await send()).toMatchObject({ submitted: 2, halted: expect.stringContaining('daily_quota_exceeded') })
    expect(sandbox.calls.slice(calls).map((call) => call.path)).toEqual(['/emails', '/emails'])
    expect(await standing()).toMatchObject({ daily_used: expect.any(Number) })
  })
})
