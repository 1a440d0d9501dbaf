import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimDigests } from '../../src/delivery/claim-batch.ts'
import { cancelRun, sendRest } from '../../src/delivery/control-run.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { addSuppressions } from '../../src/delivery/suppressions.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import type { Context } from '../../src/platform/context.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { at, monday, type TestContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { startMailing, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext

beforeEach(async () => {
  ;({ context, sandbox } = await startMailing(database.db))
})
afterEach(() => sandbox.close())

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const { signal } = new AbortController()
const send = (using = context) => sendMessages(using, createProvider(using.config), { signal })
const states = () =>
  database.db
    .selectFrom('messages')
    .select(['to_email', 'state', 'reason'])
    .orderBy('subscription_id')
    .orderBy('id')
    .execute()

async function planned(readers: number, emailOf: (index: number) => string = (index) => `r${index}@reader.example`) {
  await anArticle(database.db, { firstSeenAt: hours(-3) })
  const added = []
  for (let index = 0; index < readers; index++) added.push(await aReader(database.db, { email: emailOf(index) }))
  await planDigests(context, at(monday))
  return added
}

describe('a reader who moved to another address', () => {
  const move = (id: number) =>
    database.db
      .updateTable('subscribers')
      .set({ email: 'new@reader.example', email_key: 'new@reader.example' })
      .where('id', '=', id)
      .execute()

  it('gets there what was refused meanwhile', async () => {
    const [reader] = await planned(1)
    const { batch } = await claimDigests(context)
    if (!batch || !reader) throw new Error('nothing was claimed')
    await beginBatch(context, batch)
    await move(reader.subscriberId)
    await settleBatch(context, batch, { kind: 'refused', remedy: 'later', reason: 'slow down', retryAfterMs: 0 })
    await send()
    expect((await sandbox.mails()).map(({ to }) => to)).toEqual([['new@reader.example']])
  })

  it('gets there what an operator sends again, whatever became of the old address', async () => {
    const [reader] = await planned(1)
    const { id } = await database.db.selectFrom('digest_runs').select('id').executeTakeFirstOrThrow()
    await cancelRun(context, id)
    await move(reader?.subscriberId ?? 0)
    await addSuppressions(context, ['r0@reader.example'])
    await sendRest(context, id)
    expect(await send()).toMatchObject({ submitted: 1 })
    expect((await sandbox.mails()).map(({ to }) => to)).toEqual([['new@reader.example']])
  })

  it('holds up nobody with a mail to an address that is suppressed: the claim looks at what the begin does', async () => {
    const [reader] = await planned(2)
    await move(reader?.subscriberId ?? 0)
    await addSuppressions(context, ['r0@reader.example'])
    expect(await send()).toMatchObject({ submitted: 1, canceled: 1, batches: 1 })
    expect(await states()).toMatchObject([
      { to_email: 'r0@reader.example', state: 'canceled', reason: 'suppressed' },
      { state: 'submitted' },
    ])
  })
})

describe('sending digests', () => {
  it('goes in batches of up to 100, each reader one mail with links of their own', async () => {
    await planned(250)
    const result = await send()
    expect(result).toEqual({
      submitted: 250,
      failed: 0,
      canceled: 0,
      unknown: 0,
      batches: 3,
      halted: null,
      heldBack: null,
    })
    const mails = await sandbox.mails()
    expect(new Set(mails.map((mail) => mail.to[0])).size).toBe(250)
    expect(sandbox.calls.map((call) => call.path)).toEqual(Array(3).fill('/emails/batch'))
    expect(new Set(sandbox.calls.map((call) => call.key)).size).toBe(3)
    const links = mails.map((mail) => mail.headers['List-Unsubscribe'])
    expect(new Set(links).size).toBe(250)
    expect(mails[0]).toMatchObject({
      headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', 'Auto-Submitted': 'auto-generated' },
    })
    expect(mails[0]?.html).not.toMatch(/slot[0-9a-f]{32}/)
    expect(mails[0]?.text).not.toMatch(/slot[0-9a-f]{32}/)
    expect(mails[0]?.html).toContain(/<(https:[^>]+)>/.exec(links[0] ?? '')?.[1])
  })

  it('sends nothing twice when it is run again', async () => {
    await planned(3)
    await send()
    expect(await send()).toMatchObject({ submitted: 0, batches: 0 })
    expect(await sandbox.mails()).toHaveLength(3)
  })

  it('is shared by several processes', async () => {
    await planned(400)
    const others = [connect(database.url), connect(database.url)]
    const results = await Promise.all([context, ...others.map((db) => ({ ...context, db }))].map((each) => send(each)))
    await Promise.all(others.map((db) => db.destroy()))
    expect(results.reduce((sum, result) => sum + result.submitted, 0)).toBe(400)
    const mails = await sandbox.mails()
    expect(new Set(mails.map((mail) => mail.to[0])).size).toBe(400)
    expect(mails).toHaveLength(400)
  })

  it('sends nothing to whoever unsubscribed or was suppressed after the planning', async () => {
    const [first] = await planned(3)
    await unsubscribe(context, first?.subscriptionId ?? 0, 'unsubscribed_one_click', {
      source: 'one-click',
      ip: null,
      userAgent: null,
    })
    await database.db
      .insertInto('suppressions')
      .values({ email_key: 'r1@reader.example', reason: 'complaint', created_at: monday })
      .execute()
    expect(await send()).toMatchObject({ submitted: 1, canceled: 1 })
    expect((await sandbox.mails()).map((mail) => mail.to)).toEqual([['r2@reader.example']])
    expect(await states()).toMatchObject([
      { state: 'canceled', reason: 'unsubscribed' },
      { state: 'canceled', reason: 'suppressed' },
      { state: 'submitted', reason: null },
    ])
  })

  it('lets one address that the provider refuses cost itself only', async () => {
    await planned(3, (index) => (index === 1 ? 'not-a-mailbox@@reader.example' : `r${index}@reader.example`))
    expect(await send()).toMatchObject({ submitted: 2, failed: 1 })
    expect(await states()).toMatchObject([
      { state: 'submitted' },
      { state: 'failed', reason: expect.any(String) },
      { state: 'submitted' },
    ])
  })

  it('asks again with the same key and the same bytes when the answer was lost, and mails once', async () => {
    await planned(5)
    sandbox.intercept = async (_, pass) => {
      await pass() // accepted, but the answer never arrives
      sandbox.intercept = undefined
      return new Response('bad gateway', { status: 502 })
    }
    expect(await send()).toMatchObject({ submitted: 0, failed: 0 })
    expect(await states()).toMatchObject(Array(5).fill({ state: 'sending' }))
    context.clock.set(hours(1))
    expect(await send()).toMatchObject({ submitted: 5 })
    expect(sandbox.calls).toHaveLength(2)
    expect(sandbox.calls[1]).toEqual(sandbox.calls[0])
    expect(await sandbox.mails()).toHaveLength(5)
  })

  it.each([429, 401, 422])(
    'goes on asking when a lost answer is followed by %i: the first try may have been accepted',
    async (status) => {
      await planned(5)
      let tries = 0
      sandbox.intercept = async (_, pass) => {
        if (++tries > 2) return undefined
        if (tries === 1) await pass()
        return tries === 1
          ? new Response('bad gateway', { status: 502 })
          : Response.json({ statusCode: status, name: 'rate_limit_exceeded', message: 'no' }, { status })
      }
      for (const hour of [0, 1, 2]) {
        context.clock.set(hours(hour))
        await send()
      }
      expect(new Set(sandbox.calls.map((call) => call.key)).size).toBe(1)
      expect(await states()).toMatchObject(Array(5).fill({ state: 'submitted' }))
      expect(await sandbox.mails()).toHaveLength(5)
    },
  )

  it('never sends again what had no answer for 23 hours', async () => {
    await planned(2)
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    await send()
    sandbox.intercept = undefined
    context.clock.set(hours(24))
    expect(await send()).toMatchObject({ submitted: 0, unknown: 2, batches: 0 })
    expect(await states()).toMatchObject(Array(2).fill({ state: 'unknown' }))
    expect(await sandbox.mails()).toHaveLength(0)
  })

  it('asks again every minute at least, however often it was in vain', async () => {
    await planned(1)
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    await send()
    for (let minute = 1; minute <= 10; minute++) {
      context.clock.set(new Date(monday.getTime() + minute * 60_000))
      await send()
      expect(sandbox.calls).toHaveLength(minute + 1)
    }
    sandbox.intercept = undefined
    context.clock.set(new Date(monday.getTime() + 11 * 60_000))
    expect(await send()).toMatchObject({ submitted: 1 })
  })

  it('waits as long as it is asked to, and uses a new key then', async () => {
    await planned(2)
    let refusals = 0
    sandbox.intercept = async () =>
      ++refusals > 2
        ? undefined
        : Response.json(
            { statusCode: 429, name: 'rate_limit_exceeded', message: 'slow down' },
            { status: 429, headers: { 'retry-after': '0.05' } },
          )
    expect(await send()).toMatchObject({ submitted: 2, batches: 3 })
    expect(new Set(sandbox.calls.map((call) => call.key)).size).toBe(3)
  })

  it('stops with the reason when the key is wrong, and loses nothing', async () => {
    await planned(250)
    sandbox.intercept = async () =>
      Response.json({ statusCode: 401, name: 'restricted_api_key', message: 'no' }, { status: 401 })
    const halted = await send()
    expect(halted).toMatchObject({ submitted: 0, failed: 0, halted: expect.stringContaining('restricted_api_key') })
    expect(sandbox.calls.length).toBeLessThanOrEqual(4)
    sandbox.intercept = undefined
    context.clock.set(hours(1))
    expect(await send()).toMatchObject({ submitted: 250, halted: null })
  })

  it('sends one by one what was refused as a whole, so that the bad one fails alone', async () => {
    await planned(3)
    sandbox.intercept = async (request) =>
      (await request.clone().text()).includes('r1@reader.example')
        ? Response.json({ statusCode: 422, name: 'validation_error', message: 'no r1@reader.example' }, { status: 422 })
        : undefined
    expect(await send()).toMatchObject({ submitted: 2, failed: 1 })
    expect(await states()).toMatchObject([{ state: 'submitted' }, { state: 'failed' }, { state: 'submitted' }])
    // Of batches nothing is erased with a reader: they keep no address.
    const errors = (await database.db.selectFrom('batches').select('last_error').execute()).map((row) => row.last_error)
    expect(errors.filter((error) => error !== null)).toEqual(Array(2).fill('422 validation_error: no [address]'))
  })

  it.each(['noted', 'not noted'])(
    'asks only the account about a lost answer that it asked first, where it is %s',
    async (isNoted) => {
      await planned(5)
      sandbox.intercept = async (_, pass) => {
        await pass()
        sandbox.intercept = undefined
        return new Response('bad gateway', { status: 502 })
      }
      await send()
      context.clock.set(hours(1))
      const { config } = context
      const other = { ...context, config: { ...config, resend: { apiKey: 're_other', baseUrl: sandbox.url } } }
      expect(await send(other)).toMatchObject({ submitted: 0, batches: 0 })
      expect(sandbox.calls).toHaveLength(1)
      // Of those that were begun before it was noted nobody knows better.
      if (isNoted === 'not noted') await database.db.updateTable('batches').set({ account: null }).execute()
      expect(await send()).toMatchObject({ submitted: 5 })
      expect(sandbox.calls).toHaveLength(2)
      expect(await sandbox.mails()).toHaveLength(5)
    },
  )

  it('does not begin for whoever unsubscribed between the claim and the call', async () => {
    const [first] = await planned(2)
    const provider = createProvider(context.config)
    const { batch } = await claimDigests(context)
    await unsubscribe(context, first?.subscriptionId ?? 0, 'unsubscribed_one_click', {
      source: 'one-click',
      ip: null,
      userAgent: null,
    })
    expect(batch && (await beginBatch(context, batch))).toBe('consent changed')
    // The worker died here. Another takes the batch over, and it was never tried.
    context.clock.set(hours(1))
    expect(await sendMessages(context, provider, { signal })).toMatchObject({ submitted: 1, canceled: 1 })
    expect((await sandbox.mails()).map((mail) => mail.to)).toEqual([['r1@reader.example']])
  })

  /** As a worker that stands still for a day: after its claim, or when so many transactions were begun. */
  const sendStalled = (transactions = 0) => {
    let looks = 0
    let begun = 0
    const db = new Proxy(context.db, {
      get: (target, name) => {
        if (name === 'transaction') begun += 1
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const elapsedMs = () => (++looks > 1 && begun >= transactions ? 86_400_000 : 0)
    const clock: Context['clock'] = Object.create(context.clock, { elapsedMs: { value: elapsedMs } })
    const stop = new AbortController()
    return sendMessages({ ...context, db, clock }, createProvider(context.config), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
      lanes: 1,
    })
  }

  it.each([
    ['before the begin', 1],
    ['between the begin and the call', 2],
  ])('does not call after a stall %s, when others may have called long ago', async (_, transactions) => {
    await planned(1)
    await sendStalled(transactions)
    expect(sandbox.calls).toHaveLength(0)
    const tried = await database.db.selectFrom('batches').select('first_tried_at').execute()
    expect(tried.map((batch) => batch.first_tried_at !== null)).toEqual([transactions === 2])
    context.clock.set(hours(1))
    expect(await send()).toMatchObject({ submitted: 1 })
    expect(await sandbox.mails()).toHaveLength(1)
  })

  it('does not ask again after a stall, when others may have asked long ago', async () => {
    await planned(1)
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    await send()
    sandbox.intercept = undefined
    context.clock.set(hours(1))
    await sendStalled()
    expect(sandbox.calls).toHaveLength(1)
    context.clock.set(hours(2))
    expect(await send()).toMatchObject({ submitted: 1 })
  })

  it('opens lanes again for what comes while the others had nothing to do', async () => {
    await planned(1)
    let underWay = 0
    let bothCame = () => {}
    const both = new Promise<void>((resolve) => {
      bothCame = resolve
    })
    sandbox.intercept = async (_, pass) => {
      if (sandbox.calls.length === 1) {
        for (const index of Array(4).keys()) {
          await aReader(database.db, { email: `late${index}@reader.example`, next_digest_at: hours(1) })
        }
        await planDigests(context, at(hours(1)))
        return pass()
      }
      underWay += 1
      if (underWay === 2) bothCame()
      await both
      return pass()
    }
    const options = { signal, lanes: 2, batchSize: 1 }
    expect(await sendMessages(context, createProvider(context.config), options)).toMatchObject({ submitted: 5 })
  })

  it.for([
    ['another worker holds all of one', sql`select from messages where to_email <> 'second@reader.example' for update`],
    ['an operator is deciding about one', sql`select from digest_runs order by id limit 1 for no key update`],
  ] as const)('goes on with the next run where %s', async ([, holding], { skip }) => {
    skip(inject('testDatabase').kind === 'embedded', 'all connections are one session there')
    await planned(1)
    await aReader(database.db, { email: 'second@reader.example', next_digest_at: hours(1) })
    await planDigests(context, at(hours(1)))
    const other = connect(database.url)
    await other.transaction().execute(async (trx) => {
      await holding.execute(trx)
      const { batch } = await claimDigests(context)
      expect(batch?.messages.map((message) => message.toEmail)).toEqual(['second@reader.example'])
    })
    await other.destroy()
  })

  it('sends nothing when consent cannot be checked', async () => {
    await planned(2)
    await sql`alter table suppressions rename to unreachable`.execute(database.db)
    await expect(send()).rejects.toThrow('suppressions')
    await sql`alter table unreachable rename to suppressions`.execute(database.db)
    expect(sandbox.calls).toEqual([])
    expect(await send()).toMatchObject({ submitted: 2 })
  })

  it('lets a worker that lost its lease change nothing', async () => {
    await planned(1)
    const { batch } = await claimDigests(context)
    if (!batch) throw new Error('nothing was claimed')
    context.clock.set(hours(1))
    expect(await send()).toMatchObject({ submitted: 1 })
    const late = await settleBatch(context, batch, {
      kind: 'refused',
      remedy: 'later',
      reason: 'late',
      retryAfterMs: 0,
    })
    expect(late).toEqual({ submitted: 0, failed: 0, unknown: 0, released: 0 })
    expect(await states()).toMatchObject([{ state: 'submitted' }])
  })

  it.each(['paused_at', 'canceled_at'] as const)(
    'leaves a run alone that is %s, and goes on with the others',
    async (column) => {
      await planned(2)
      await aReader(database.db, { email: 'second@reader.example', next_digest_at: hours(1) })
      await planDigests(context, at(hours(1)))
      const first = database.db.updateTable('digest_runs').where('scheduled_for', '=', monday)
      await first.set({ [column]: monday }).execute()
      expect(await send()).toMatchObject({ submitted: 1 })
      expect((await sandbox.mails()).map(({ to }) => to)).toEqual([['second@reader.example']])
      await first.set({ [column]: null }).execute()
      expect(await send()).toMatchObject({ submitted: 2 })
    },
  )

  it('claims nothing more once it is asked to stop', async () => {
    await planned(2)
    const stopped = await sendMessages(context, createProvider(context.config), { signal: AbortSignal.abort() })
    expect(stopped).toMatchObject({ batches: 0, submitted: 0 })
  })
})
