// What a process cannot do, for lack of a key or of its database, says nothing of the mails.
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimDigests } from '../../src/delivery/claim-batch.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { mailingTo, startSandbox, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let old: TestContext
let current: TestContext

beforeEach(async () => {
  const bare = testContext(database.db)
  sandbox = await startSandbox(bare)
  old = mailingTo(bare, sandbox)
  const keys = new Map([
    ['new', new Uint8Array(32).fill(8)],
    ['test', new Uint8Array(32).fill(7)],
  ])
  current = { ...old, keys: signingKeysOf(keys) }
})
afterEach(() => sandbox.close())

const later = (minutes: number) => new Date(monday.getTime() + minutes * 60_000)
const send = (context: TestContext) =>
  sendMessages(context, createProvider(context.config), { signal: new AbortController().signal, lanes: 1 })
const states = () => database.db.selectFrom('messages').select(['state', 'reason', 'key_id']).orderBy('id').execute()

async function planned() {
  await anArticle(database.db, { firstSeenAt: later(-180) })
  await aReader(database.db)
  await planDigests(current, at(monday))
}

describe('while a new signing key is rolled out', () => {
  it('leaves a confirmation that was made with it to a process that has it', async () => {
    const evidence = { source: 'form', ip: null, userAgent: null } as const
    await subscribe(current, { email: 'reader@reader.example' }, evidence)
    expect(await send(old)).toMatchObject({ submitted: 0, failed: 0 })
    expect(await states()).toEqual([{ state: 'pending', reason: null, key_id: 'new' }])
    expect(await send(current)).toMatchObject({ submitted: 1 })
  })

  it('signs a digest that was never tried with a key of the process that sends it', async () => {
    await planned()
    const { batch } = await claimDigests(current)
    expect(batch?.messages).toMatchObject([{ keyId: 'new' }])
    old.clock.set(later(10))
    expect(await send(old)).toMatchObject({ submitted: 1, failed: 0 })
    expect(await states()).toEqual([{ state: 'submitted', reason: null, key_id: 'test' }])
  })

  it('leaves a digest that was tried to a process that has its key, and its bytes as they were', async () => {
    await planned()
    sandbox.intercept = async (_, pass) => {
      await pass()
      return new Response('{}', { status: 500 })
    }
    await send(current)
    sandbox.intercept = undefined
    old.clock.set(later(10))
    expect(await send(old)).toMatchObject({ submitted: 0, failed: 0, unknown: 0 })
    expect(sandbox.calls).toHaveLength(1)
    old.clock.set(later(20))
    expect(await send(current)).toMatchObject({ submitted: 1 })
    expect(sandbox.calls[1]?.body).toBe(sandbox.calls[0]?.body)
    expect(await sandbox.mails()).toHaveLength(1)
  })
})

it('lets a mail wait when the database fails while it is made', async () => {
  await planned()
  await sql`alter table renderings rename to unreachable`.execute(database.db)
  await expect(send(current)).rejects.toThrow('renderings')
  await sql`alter table unreachable rename to renderings`.execute(database.db)
  expect(sandbox.calls).toEqual([])
  expect(await states()).toMatchObject([{ state: 'sending' }])
  current.clock.set(later(10))
  expect(await send(current)).toMatchObject({ submitted: 1, failed: 0 })
})
