import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
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

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const { signal } = new AbortController()
const send = () => sendMessages(context, createProvider(context.config), { signal })
const ask = (newsletter?: string) =>
  subscribe(context, { email: 'ada@reader.example', newsletter }, { source: 'form', ip: null, userAgent: null })
const messages = () => database.db.selectFrom('messages').select(['state', 'reason']).orderBy('id').execute()

describe('a confirmation that has to wait', () => {
  it('is replaced when it is asked for again after a day, so that one arrives', async () => {
    await ask()
    context.clock.set(hours(25))
    await ask()
    expect(await messages()).toEqual([
      { state: 'canceled', reason: 'asked for again' },
      { state: 'pending', reason: null },
    ])
    expect(await send()).toMatchObject({ submitted: 1 })
    expect(await sandbox.mails()).toHaveLength(1)
  })

  it('counts from when the provider had it', async () => {
    await ask()
    context.clock.set(hours(20))
    await send()
    context.clock.set(hours(30))
    await ask()
    await send()
    expect(await sandbox.mails()).toHaveLength(1)
    context.clock.set(hours(45))
    await ask()
    await send()
    expect(await sandbox.mails()).toHaveLength(2)
  })

  it('is not followed by another while it may be on its way', async () => {
    await ask()
    sandbox.intercept = async (_, pass) => {
      await pass() // accepted, but the answer never arrives
      return new Response('bad gateway', { status: 502 })
    }
    context.clock.set(hours(20))
    await send()
    context.clock.set(hours(30))
    await ask()
    expect(await messages()).toEqual([{ state: 'sending', reason: null }])
  })

  it('holds back that of another newsletter, which would come at the same time', async () => {
    await database.db.insertInto('newsletters').values({ slug: 'evening', name: 'Evening', language: 'en' }).execute()
    await ask()
    context.clock.set(hours(25))
    await ask('evening')
    expect(await messages()).toEqual([{ state: 'pending', reason: null }])
  })
})
