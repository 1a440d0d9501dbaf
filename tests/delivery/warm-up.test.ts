import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { warmUpCap } from '../../src/delivery/warm-up.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startSandbox, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext

beforeEach(async () => {
  const bare = testContext(database.db, { env: { WARMUP: '4:3' } })
  sandbox = await startSandbox(bare)
  context = mailingTo(bare, sandbox)
})
afterEach(() => sandbox.close())

const { signal } = new AbortController()
const day = (number: number) => new Date(monday.getTime() + number * 86_400_000)
const send = () => sendMessages(context, createProvider(context.config), { signal })

describe('a warm-up', () => {
  it('doubles every three days, and ends', () => {
    const caps = [0, 3, 6, 41, 42].map((number) => warmUpCap({ firstDay: 200, days: 42 }, number))
    expect(caps).toEqual([200, 400, 800, 2_600_797, null])
  })

  it('lets so many digests go on a day, and any number of confirmations', async () => {
    await anArticle(database.db, { firstSeenAt: day(-0.1) })
    for (let index = 0; index < 20; index++) await aReader(database.db)
    await planDigests(context, at(monday))
    await subscribe(context, { email: 'new@reader.example' }, { source: 'form', ip: null, userAgent: null })
    expect(await send()).toMatchObject({ submitted: 5, heldBack: 'the warm-up allows no more digests today' })
    expect(await send()).toMatchObject({ submitted: 0, halted: null })
    context.clock.set(day(1))
    expect(await send()).toMatchObject({ submitted: 5 })
    context.clock.set(day(3))
    expect(await send()).toMatchObject({ submitted: 11, heldBack: null })
  })

  it('begins with the first digest that is accepted', async () => {
    await anArticle(database.db, { firstSeenAt: day(-0.1) })
    for (let index = 0; index < 6; index++) await aReader(database.db)
    await planDigests(context, at(monday))
    sandbox.intercept = async () =>
      Response.json({ statusCode: 403, name: 'validation_error', message: 'no' }, { status: 403 })
    await send()
    sandbox.intercept = undefined
    context.clock.set(day(3))
    expect(await send()).toMatchObject({ submitted: 4 })
  })

  it('does not count what was refused', async () => {
    await anArticle(database.db, { firstSeenAt: day(-0.1) })
    for (let index = 0; index < 6; index++) await aReader(database.db)
    await planDigests(context, at(monday))
    sandbox.intercept = async () =>
      Response.json({ statusCode: 429, name: 'rate_limit_exceeded', message: 'no' }, { status: 429 })
    await sendMessages(context, createProvider(context.config), {
      signal,
      lanes: 1,
      onProgress: () => {
        sandbox.intercept = undefined
      },
    })
    expect(await sandbox.mails()).toHaveLength(4)
  })
})
