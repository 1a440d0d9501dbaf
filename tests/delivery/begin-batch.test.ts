import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { type ClaimedBatch, claimDigests, reclaimBatch } from '../../src/delivery/claim-batch.ts'
import type { CallOutcome } from '../../src/delivery/provider.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { addSuppressions } from '../../src/delivery/suppressions.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { joinTransaction } from '../../src/platform/database/join-transaction.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { someoneWaits } from '../support/locks.ts'
import { webhookEvent } from '../support/webhooks.ts'

const database = testDatabase()
const evidence = { source: 'form', ip: null, userAgent: null } as const
let context: TestContext
let other: Database
let batch: ClaimedBatch
let reader: Awaited<ReturnType<typeof aReader>>

beforeEach(async () => {
  context = testContext(database.db)
  other = connect(database.url)
  await anArticle(database.db, { firstSeenAt: new Date(monday.getTime() - 3_600_000) })
  reader = await aReader(database.db)
  await planDigests(context, at(monday))
  const claim = await claimDigests(context)
  if (!claim.batch) throw new Error('nothing was claimed')
  batch = claim.batch
})
afterEach(() => other.destroy())

const isServer = () => inject('testDatabase').kind === 'server'

describe('a suppression at the moment of a begin', () => {
  const ways = {
    'by the operator': (using: TestContext) => addSuppressions(using, [reader.email]),
    'by a hard bounce of an earlier mail': async (using: TestContext) => {
      const message = await aMessage(database.db, reader)
      const { provider_id } = await database.db
        .selectFrom('messages')
        .select('provider_id')
        .where('id', '=', message)
        .executeTakeFirstOrThrow()
      const event = { type: 'bounced', providerId: provider_id ?? '', data: { bounce: { type: 'Permanent' } } }
      await receiveWebhook(using, 'msg_bounce', webhookEvent(event))
    },
  }

  it.each(Object.entries(ways))('%s is seen when it was first', async (_, suppress) => {
    await suppress(context)
    expect(await beginBatch(context, batch)).toBe('consent changed')
  })

  it.for(Object.entries(ways))('%s is seen by a begin that had to wait for it', async ([, suppress], { skip }) => {
    skip(!isServer(), 'all connections are one session on the embedded database: nothing there waits')
    let beginning: ReturnType<typeof beginBatch> | undefined
    await other.transaction().execute(async (trx) => {
      await suppress(joinTransaction(context, trx))
      beginning = beginBatch(context, batch)
      await someoneWaits(database.db, beginning)
    })
    expect(await beginning).toBe('consent changed')
  })

  it('waits for a begin that was first, and comes after it', async ({ skip }) => {
    skip(!isServer(), 'all connections are one session on the embedded database: nothing there waits')
    let suppressing: Promise<unknown> | undefined
    let isSuppressed = false
    await database.db.transaction().execute(async (trx) => {
      expect(await beginBatch(joinTransaction(context, trx), batch)).toBeNull()
      suppressing = addSuppressions({ ...context, db: other }, [reader.email]).then(() => {
        isSuppressed = true
      })
      await someoneWaits(trx, suppressing)
      expect(isSuppressed).toBe(false)
    })
    await suppressing
    expect(isSuppressed).toBe(true)
  })
})

describe('a worker that another took its batch from', () => {
  /** The lease is over, and the next one claims it. */
  const takeOver = async (): Promise<ClaimedBatch> => {
    context.clock.set(new Date(context.clock.now().getTime() + 120_000))
    const taken = await reclaimBatch(context)
    if (!taken) throw new Error('nothing was claimed')
    expect([taken.id, taken.fence > batch.fence]).toEqual([batch.id, true])
    return taken
  }
  const accepted = { kind: 'accepted', messages: [{ providerId: 'mail-1' }] } as const
  const stored = () => database.db.selectFrom('batches').selectAll().executeTakeFirstOrThrow()

  it('begins nothing, nor does anyone what was settled', async () => {
    const taken = await takeOver()
    expect(await beginBatch(context, batch)).toBe('lease lost')
    expect(await stored()).toMatchObject({ state: 'sending', first_tried_at: null })
    expect(await beginBatch(context, taken)).toBeNull()
    await settleBatch(context, taken, accepted)
    const before = await stored()
    expect(await beginBatch(context, taken)).toBe('lease lost')
    expect(await stored()).toEqual(before)
  })

  it.each<CallOutcome>([
    { kind: 'refused', remedy: 'later', reason: 'too many', retryAfterMs: 1_000 },
    { kind: 'refused', remedy: 'invalid', reason: 'no such domain', retryAfterMs: 0 },
    { kind: 'conflict', reason: 'other bytes under the same key' },
    { kind: 'ambiguous', reason: 'no answer' },
    accepted,
  ])('settles nothing with an answer that comes late: $kind', async (late) => {
    await beginBatch(context, batch)
    const taken = await takeOver()
    await beginBatch(context, taken)
    const before = await stored()
    expect(await settleBatch(context, batch, late)).toEqual({ submitted: 0, failed: 0, unknown: 0, released: 0 })
    expect(await stored()).toEqual(before)
    expect(await settleBatch(context, taken, accepted)).toMatchObject({ submitted: 1 })
  })
})

describe('locks are taken in one order, so that nobody waits in a circle', () => {
  const oneSession = 'all connections are one session on the embedded database: nothing there waits'
  const isFree = async (table: 'subscriptions' | 'subscribers', id: number) => {
    const { rows } = await sql`
      select from ${sql.table(table)} where id = ${id} for no key update skip locked`.execute(database.db)
    return rows.length === 1
  }

  it('by a begin: the subscriptions by their ids, whatever the order in the batch', async ({ skip }) => {
    skip(!isServer(), oneSession)
    const later = await aReader(database.db)
    await aMessage(database.db, later, { state: 'sending', batch_id: batch.id, batch_position: 0 })
    let beginning: ReturnType<typeof beginBatch> | undefined
    await other.transaction().execute(async (trx) => {
      await sql`select from subscriptions where id = ${reader.subscriptionId} for no key update`.execute(trx)
      beginning = beginBatch(context, batch)
      await someoneWaits(trx, beginning)
      expect(await isFree('subscriptions', reader.subscriptionId)).toBe(false)
      expect(await isFree('subscriptions', later.subscriptionId)).toBe(true)
    })
    expect(await beginning).toBeNull()
    expect(later.subscriptionId).toBeGreaterThan(reader.subscriptionId)
  })

  it('by a confirmation: the reader before the subscription', async ({ skip }) => {
    skip(!isServer(), oneSession)
    await subscribe(context, { email: 'new@reader.example' }, evidence)
    const asked = await database.db
      .selectFrom('confirmations')
      .select(['subscriber_id', 'subscription_id', 'nonce', 'key_id'])
      .executeTakeFirstOrThrow()
    const token = deriveToken(context.keys, asked.key_id, asked.nonce)
    let confirming: ReturnType<typeof confirm> | undefined
    await other.transaction().execute(async (trx) => {
      await sql`select from subscribers where id = ${asked.subscriber_id} for no key update`.execute(trx)
      confirming = confirm(context, token, evidence)
      await someoneWaits(trx, confirming)
      expect(await isFree('subscribers', asked.subscriber_id)).toBe(false)
      expect(await isFree('subscriptions', asked.subscription_id)).toBe(true)
    })
    expect(await confirming).toMatchObject({ isActive: true })
  })
})
