import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { claimTransactional } from '../../src/delivery/claim-batch.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { joinTransaction } from '../../src/platform/database/join-transaction.ts'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { requestAddressChange } from '../../src/subscriptions/change-address.ts'
import { confirmAddressChange } from '../../src/subscriptions/confirm-address.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { monday, type TestContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { aReader } from '../support/factories.ts'
import { someoneWaits } from '../support/locks.ts'
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

  it('does not count when it never went', async () => {
    sandbox.intercept = async () =>
      Response.json({ statusCode: 401, name: 'restricted_api_key', message: 'no' }, { status: 401 })
    for (const day of [0, 1.1, 2.2]) {
      context.clock.set(hours(day * 24))
      await ask()
      await send()
    }
    sandbox.intercept = undefined
    context.clock.set(hours(5.5 * 24))
    await ask()
    await send()
    expect(await sandbox.mails()).toHaveLength(1)
    // Only what went is in the history of consent, however often it was tried in vain.
    const sent = database.db.selectFrom('consent_events').select('id').where('kind', '=', 'confirmation_sent')
    expect(await sent.execute()).toHaveLength(1)
  })

  it('is not followed by another while it is just being claimed', async ({ skip }) => {
    skip(inject('testDatabase').kind !== 'server', 'all connections are one session on the embedded database')
    await ask()
    context.clock.set(hours(25))
    const other = connect(database.url)
    let asking: Promise<void> | undefined
    await other.transaction().execute(async (trx) => {
      await claimTransactional(joinTransaction(context, trx))
      asking = ask()
      await someoneWaits(database.db, asking)
    })
    await asking
    await other.destroy()
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

it('is one a day for an address, also where it was that of a reader who has left it since', async () => {
  const reader = await aReader(database.db, { email: 'ada@reader.example' })
  const evidence = { source: 'link', ip: null, userAgent: null } as const
  await requestAddressChange(context, reader.subscriptionId, 'new@reader.example', evidence)
  await unsubscribe(context, reader.subscriptionId, 'unsubscribed_page', evidence)
  await ask()
  const { nonce } = await database.db.selectFrom('address_changes').select('nonce').executeTakeFirstOrThrow()
  await confirmAddressChange(context, deriveToken(context.keys, context.keys.newestId, nonce), evidence)
  const confirmations = async () =>
    (await database.db.selectFrom('messages').where('kind', '=', 'confirmation').select('id').execute()).length
  const other = await aReader(database.db, { email: 'other@reader.example' })
  await requestAddressChange(context, other.subscriptionId, 'ada@reader.example', evidence)
  const questions = () =>
    database.db.selectFrom('messages').where('kind', '=', 'address_change').select('to_email').execute()
  expect(await questions()).toEqual([{ to_email: 'new@reader.example' }])
  await ask() // somebody else, of whom nothing is known
  expect(await database.db.selectFrom('subscribers').select('email').orderBy('id').execute()).toEqual([
    { email: 'new@reader.example' },
    { email: 'other@reader.example' },
    { email: 'ada@reader.example' },
  ])
  expect(await confirmations()).toBe(1)
  await send()
  context.clock.set(hours(25))
  await ask()
  expect(await confirmations()).toBe(2)
})

it('does not confirm by a link that was used, whenever it was looked at', async () => {
  await ask()
  const { nonce, subscription_id } = await database.db
    .selectFrom('confirmations')
    .select(['nonce', 'subscription_id'])
    .executeTakeFirstOrThrow()
  const token = deriveToken(context.keys, context.keys.newestId, nonce)
  const evidence = { source: 'link', ip: null, userAgent: null } as const
  // Looked at while it was still good, and carried out when it had been used, the reader had left, and somebody asked anew.
  const transaction = () => ({
    execute: async (work: never) => {
      await confirm(context, token, evidence)
      await unsubscribe(context, subscription_id, 'unsubscribed_page', evidence)
      context.clock.set(hours(25))
      await ask()
      return database.db.transaction().execute(work)
    },
  })
  const selectFrom = (from: never) => database.db.selectFrom(from)
  const overtaken = { ...context, db: { selectFrom, transaction } as never }
  await expect(confirm(overtaken, token, evidence)).rejects.toMatchObject({ code: 'expired' })
  expect(await database.db.selectFrom('subscriptions').select('state').execute()).toEqual([{ state: 'pending' }])
})
