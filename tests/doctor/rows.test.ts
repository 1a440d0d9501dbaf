import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { providerAccount } from '../../src/delivery/provider-limits.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { ago, days, examined, hours, minutes } from './support.ts'

const database = testDatabase()
const look = async (name: string, environment: Record<string, string> = {}) =>
  (await examined(database.db, { environment })).of(name)

/** A reader who is due in the future, so that only what the test says is wrong. */
const reader = () => aReader(database.db, { next_digest_at: ago(-1 * hours) })

async function aConfirmation(createdAt: Date, keyId: string): Promise<void> {
  const { subscriberId, subscriptionId, email } = await aReader(database.db, {
    state: 'pending',
    next_digest_at: null,
    confirmed_at: null,
  })
  const { id: confirmation_id } = await database.db
    .insertInto('confirmations')
    .values({
      subscriber_id: subscriberId,
      subscription_id: subscriptionId,
      token_hash: crypto.getRandomValues(new Uint8Array(32)),
      nonce: new Uint8Array(16),
      key_id: keyId,
      requested_at: createdAt,
      expires_at: ago(-3 * days),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: rendering_id } = await database.db
    .insertInto('renderings')
    .values({ content_hash: `confirmation ${confirmation_id}`, template: '{}', created_at: createdAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database.db
    .insertInto('messages')
    .values({
      kind: 'confirmation',
      subscriber_id: subscriberId,
      subscription_id: subscriptionId,
      confirmation_id,
      to_email: email,
      rendering_id,
      key_id: keyId,
      created_at: createdAt,
    })
    .execute()
}

describe('sign-ups', () => {
  const limit = { CONFIRMATIONS_PER_HOUR: '3' }

  it('are as many as there may be in an hour, or fewer', async () => {
    await aConfirmation(ago(90 * minutes), 'k1')
    await aConfirmation(ago(50 * minutes), 'k1')
    expect(await look('sign-ups', limit)).toEqual({
      name: 'sign-ups',
      status: 'ok',
      found: '1 of 3 confirmations in the last hour',
      remedy: null,
    })
  })

  it('are stopped for a while when there were too many', async () => {
    await database.db
      .insertInto('confirmation_stop')
      .values({ stopped_until: ago(-20 * minutes) })
      .execute()
    expect(await look('sign-ups', limit)).toMatchObject({
      status: 'warning',
      found: 'stopped for 20 min more: 0 of 3 confirmations in the last hour',
      remedy: expect.stringContaining('CONFIRMATIONS_PER_HOUR'),
    })
    await database.db
      .updateTable('confirmation_stop')
      .set({ stopped_until: ago(1) })
      .execute()
    expect(await look('sign-ups', limit)).toMatchObject({ status: 'ok' })
  })
})

describe('signing keys', () => {
  const key = 'A'.repeat(43)

  it('are given, in the database, or still to be made', async () => {
    expect(await look('signing-keys')).toMatchObject({ status: 'ok', found: expect.stringContaining('none yet') })
    await database.db
      .insertInto('signing_keys')
      .values({ key_id: 'made-1', secret: new Uint8Array(32) })
      .execute()
    expect(await look('signing-keys')).toMatchObject({ status: 'ok', found: 'kept in the database' })
    expect(await look('signing-keys', { SIGNING_KEYS: `k2:${key}=,k1:${key}=` })).toMatchObject({
      status: 'ok',
      found: 'SIGNING_KEYS has 2 keys, k2 the newest',
    })
  })

  it('are missed where mail waits that needs one', async () => {
    await aConfirmation(ago(10), 'k1')
    expect(await look('signing-keys', { SIGNING_KEYS: `k1:${key}=` })).toMatchObject({ status: 'ok' })
    expect(await look('signing-keys', { SIGNING_KEYS: `k2:${key}=` })).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('not given here: k1'),
    })
  })

  it('are missed where the suppressions of erased readers rest on one', async () => {
    await database.db
      .insertInto('erased_suppressions')
      .values({ address_hash: new Uint8Array(32), key_id: 'k1', reason: 'manual', created_at: ago(days) })
      .execute()
    expect(await look('signing-keys', { SIGNING_KEYS: `k2:${key}=,k1:${key}=` })).toMatchObject({ status: 'ok' })
    expect(await look('signing-keys', { SIGNING_KEYS: `k2:${key}=` })).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('rest on keys not given here: k1'),
    })
  })
})

describe('newsletters', () => {
  const real = { RESEND_API_KEY: 're_own', RESEND_BASE_URL: 'http://127.0.0.1:1' }

  it('have a name of their own where real mail is sent, or the one that the publisher says it has', async () => {
    const rename = (name: string) => database.db.updateTable('newsletters').set({ name }).execute()
    expect(await look('newsletters', real)).toMatchObject({
      status: 'warning',
      found: 'newsmatro is still named Newsmatro, as a new installation’s is',
      remedy: expect.stringContaining('newsmatro newsletters set newsmatro --name'),
    })
    expect(await look('newsletters')).toMatchObject({ status: 'ok' })
    expect(await look('newsletters', { ...real, PUBLISHER_NAME: 'The Post' })).toMatchObject({ status: 'warning' })
    expect(await look('newsletters', { ...real, PUBLISHER_NAME: 'Newsmatro' })).toMatchObject({ status: 'ok' })
    await rename('Daily News')
    expect(await look('newsletters', real)).toMatchObject({ status: 'ok', found: 'Daily News' })
  })
})

describe('feeds', () => {
  const set = (row: Record<string, unknown>) => database.db.updateTable('feeds').set(row).execute()

  it('are read in time, or not, or there are none', async () => {
    expect(await look('feeds')).toMatchObject({ status: 'warning', remedy: 'newsmatro feeds add <url>' })
    await anArticle(database.db, { firstSeenAt: ago(hours) })
    await set({ next_poll_at: ago(29 * minutes) })
    expect(await look('feeds')).toMatchObject({ status: 'ok', found: '1 feed, read in time' })
    await set({ next_poll_at: ago(40 * minutes) })
    expect(await look('feeds')).toMatchObject({ status: 'problem', found: expect.stringContaining('due for 40 min') })
    await set({ lease_until: ago(-2 * minutes) }) // somebody reads it just now
    expect(await look('feeds')).toMatchObject({ status: 'ok' })
    await set({ lease_until: ago(35 * minutes) })
    expect(await look('feeds')).toMatchObject({ status: 'problem', found: expect.stringContaining('due for 35 min') })
  })

  it('fail for a while, or for long', async () => {
    await anArticle(database.db, { firstSeenAt: ago(hours) })
    const failing = { next_poll_at: ago(0), failure_count: 3, last_error: 'It answers 500.', last_error_at: ago(0) }
    await set({ ...failing, last_succeeded_at: ago(23 * hours) })
    expect(await look('feeds')).toMatchObject({ status: 'ok' })
    await set({ last_succeeded_at: ago(3 * days) })
    expect(await look('feeds')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('could not be read for 3 days'),
    })
    await set({ last_succeeded_at: null, created_at: ago(5 * days) })
    expect(await look('feeds')).toMatchObject({ status: 'warning', found: expect.stringContaining('5 days') })
  })
})

describe('due but unplanned', () => {
  it('counts those of each newsletter whose time came more than five minutes ago', async () => {
    await aReader(database.db, { next_digest_at: ago(4 * minutes) })
    await aReader(database.db, { next_digest_at: null, state: 'pending' })
    expect(await look('due-but-unplanned')).toMatchObject({ status: 'ok', found: 'nobody' })
    await aReader(database.db, { next_digest_at: ago(6 * minutes) })
    await aReader(database.db, { next_digest_at: ago(3 * hours) })
    expect(await look('due-but-unplanned')).toMatchObject({
      status: 'problem',
      found: 'newsmatro: 2 readers, for 3 h',
      remedy: expect.stringContaining('planned late'),
    })
    expect(await look('due-but-unplanned', { MAX_LATE_HOURS: '2' })).toMatchObject({
      remedy: expect.stringContaining('recorded as missed'),
    })
  })
})

describe('renderings', () => {
  it('fail for now, or for good', async () => {
    const waiting = await aMessage(database.db, await reader(), { state: 'pending' })
    const unrendered = (failures: number, createdAt = ago(hours)) =>
      sql`update digests set rendering_id = null, render_failures = ${failures}, created_at = ${createdAt}
        where id = (select digest_id from messages where id = ${waiting})`.execute(database.db)
    expect(await look('renderings')).toMatchObject({ status: 'ok' })
    await unrendered(0)
    expect(await look('renderings')).toMatchObject({ status: 'ok' })
    await unrendered(2)
    expect(await look('renderings')).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('tried again'),
    })
    await unrendered(5)
    expect(await look('renderings')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('send-rest') })
    await unrendered(5, ago(8 * days))
    expect(await look('renderings')).toMatchObject({ status: 'ok' })
  })
})

describe('waiting mail', () => {
  it('is a problem after 15 minutes, unless it is being sent, or held', async () => {
    const { db } = database
    const message = await aMessage(db, await reader(), { state: 'pending', created_at: ago(10 * minutes) })
    await sql`update batches set claimed_at = ${ago(hours)}`.execute(db)
    expect(await look('waiting-mail')).toMatchObject({ status: 'ok', found: 'nothing for more than 15 min' })
    await db
      .updateTable('messages')
      .set({ created_at: ago(20 * minutes) })
      .where('id', '=', message)
      .execute()
    expect(await look('waiting-mail')).toMatchObject({
      status: 'problem',
      found: expect.stringMatching(/^run \d+: 1 digest, for 20 min$/),
    })
    await sql`update batches set claimed_at = ${ago(1 * minutes)}`.execute(db)
    expect(await look('waiting-mail')).toMatchObject({ status: 'ok', found: expect.stringContaining('being sent') })
    await sql`update batches set claimed_at = ${ago(1 * hours)}`.execute(db)
    expect(await look('waiting-mail', { WARMUP: '1:3' })).toMatchObject({ status: 'warning' })
    expect(await look('waiting-mail', { WARMUP: '2:3' })).toMatchObject({ status: 'problem' })
    await sql`update digest_runs set paused_at = ${ago(hours)}`.execute(db)
    expect(await look('waiting-mail')).toMatchObject({ status: 'ok' })
  })

  it('is found behind a run that is paused', async () => {
    await aMessage(database.db, await reader(), { state: 'pending', created_at: ago(hours) })
    await sql`update digest_runs set paused_at = ${ago(hours)}`.execute(database.db)
    await aMessage(database.db, await reader(), { state: 'pending', created_at: ago(hours) })
    await sql`update batches set claimed_at = ${ago(hours)}`.execute(database.db)
    expect(await look('waiting-mail')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining('1 digest, for'),
    })
  })

  it('is a problem for confirmations, too', async () => {
    await aConfirmation(ago(10 * minutes), 'k1')
    expect(await look('waiting-mail')).toMatchObject({ status: 'ok' })
    await aConfirmation(ago(30 * minutes), 'k1')
    expect(await look('waiting-mail')).toMatchObject({
      status: 'problem',
      found: '1 transactional mail, the oldest for 30 min',
    })
  })
})

describe('mails to single readers', () => {
  it('that nobody writes are told of, and those put off to a later day are not', async () => {
    const notice = async (due_at: Date) => {
      const { subscriptionId: subscription_id } = await reader()
      await database.db.insertInto('change_notices').values({ subscription_id, due_at }).execute()
    }
    for (const due of [ago(10 * minutes), ago(-1 * hours)]) await notice(due)
    expect(await look('owed-letters')).toMatchObject({ status: 'ok' })
    await notice(ago(30 * minutes))
    expect(await look('owed-letters')).toMatchObject({
      status: 'problem',
      found: '1 letter to single readers not written, the oldest for 30 min',
    })
  })
})

describe('paused runs', () => {
  it('are told of after a day', async () => {
    await aMessage(database.db, await reader(), { state: 'pending' })
    expect(await look('paused-runs')).toMatchObject({ status: 'ok', found: 'none' })
    await sql`update digest_runs set paused_at = ${ago(23 * hours)}`.execute(database.db)
    expect(await look('paused-runs')).toMatchObject({ status: 'ok', found: expect.stringContaining('less than a day') })
    await sql`update digest_runs set paused_at = ${ago(2 * days)}`.execute(database.db)
    expect(await look('paused-runs')).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('runs resume'),
    })
    await sql`update messages set state = 'canceled', reason = 'suppressed', settled_at = now()`.execute(database.db)
    expect(await look('paused-runs')).toMatchObject({ status: 'ok', found: 'none' })
  })
})

describe('sending', () => {
  const limits = async (row: object) => {
    const account = providerAccount('re_sandbox')
    const values = { account, next_call_at: ago(0), ...row }
    await database.db
      .insertInto('provider_limits')
      .values(values)
      .onConflict((conflict) => conflict.column('account').doUpdateSet(values))
      .execute()
  }

  it('goes on, waits, or is paused', async () => {
    expect(await look('sending')).toMatchObject({ status: 'ok', found: 'nothing was sent with this key yet' })
    await limits({ requests_per_second: 10, daily_used: 1_200, monthly_used: 30_000, used_at: ago(0) })
    expect(await look('sending')).toMatchObject({
      status: 'ok',
      found:
        "not paused (10 calls a second, 1,200 of the day's quota used, 30,000 of the month's at 2026-11-23T06:00Z)",
    })
    await limits({ held_until: ago(-5 * minutes), hold_reason: 'the provider does not answer' })
    expect(await look('sending')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('the provider does not answer; the next call is in 5 min'),
    })
    await limits({
      pause_reason: '403 validation_error: only to owner@site.example. See to the key.',
      bulk_paused_until: ago(-1 * hours),
      next_probe_at: ago(0),
    })
    const { status, found } = await look('sending')
    expect({ status, found }).toEqual({
      status: 'problem',
      found: expect.stringMatching(/^paused: 403 validation_error: only to \[address\].*digests wait 60 min more/),
    })
  })

  it('tells where nothing but refusals comes back for confirmations', async () => {
    await limits({ transactional_refusals: 9 })
    expect(await look('sending')).toMatchObject({ status: 'ok' })
    await limits({ transactional_refusals: 10 })
    expect(await look('sending')).toMatchObject({ status: 'problem', found: expect.stringContaining('the last 10') })
  })

  it('is looked at for the account of the key', async () => {
    await limits({ pause_reason: 'wrong key', bulk_paused_until: ago(0), next_probe_at: ago(0) })
    const other = { RESEND_API_KEY: 're_other', RESEND_BASE_URL: 'http://127.0.0.1:1' }
    expect(await look('sending', other)).toMatchObject({ status: 'ok' })
    expect(await look('sending')).toMatchObject({ status: 'problem' })
  })
})

describe('warm-up', () => {
  const WARMUP = '3:42'

  it('shows what is used today, and that others wait', async () => {
    expect(await look('warm-up')).toMatchObject({ status: 'ok', found: 'none' })
    expect(await look('warm-up', { WARMUP })).toMatchObject({
      status: 'ok',
      found: 'day 1 of 42: 0 of 3 digests sent today',
    })
    expect(await database.db.selectFrom('warm_ups').selectAll().execute()).toEqual([]) // it was not begun
    await database.db.insertInto('warm_ups').values({ domain: 'newsmatro.example', started_on: '2026-11-20' }).execute()
    await aMessage(database.db, await reader(), { batch: { message_count: 6 } })
    expect(await look('warm-up', { WARMUP })).toMatchObject({
      status: 'ok',
      found: 'day 4 of 42: 6 of 6 digests sent today',
    })
    await aMessage(database.db, await reader(), { state: 'pending' })
    expect(await look('warm-up', { WARMUP })).toMatchObject({ status: 'warning' })
    expect(await look('warm-up', { WARMUP: '100:42' })).toMatchObject({ status: 'ok' })
    expect(await look('warm-up', { WARMUP: '3:2' })).toMatchObject({
      status: 'ok',
      found: expect.stringContaining('over'),
    })
  })
})

describe('batches', () => {
  const aBatch = async (batch: { lease_until: Date; first_tried_at?: Date | null }) =>
    aMessage(database.db, await reader(), { state: 'sending', batch: { state: 'sending', ...batch } })

  it('whose lease ended long ago are asked about by nobody', async () => {
    await aBatch({ lease_until: ago(4 * minutes) })
    expect(await look('stuck-leases')).toMatchObject({ status: 'ok', found: 'none' })
    await aBatch({ lease_until: ago(6 * minutes) })
    await aBatch({ lease_until: ago(20 * minutes) })
    expect(await look('stuck-leases')).toMatchObject({
      status: 'problem',
      found: 'nobody has asked about 2 batches since their leases ended, the first 20 min ago',
    })
  })

  it('that get no answer become unknown', async () => {
    const lease_until = ago(-30)
    await aBatch({ lease_until, first_tried_at: ago(1 * hours) })
    await aBatch({ lease_until, first_tried_at: null })
    expect(await look('unanswered')).toMatchObject({ status: 'ok' })
    await aBatch({ lease_until, first_tried_at: ago(5 * hours) })
    expect(await look('unanswered')).toMatchObject({
      status: 'warning',
      found: '1 batch without an answer, the first for 5 h',
    })
    await aBatch({ lease_until, first_tried_at: ago(20 * hours) })
    expect(await look('unanswered')).toMatchObject({ status: 'problem', remedy: expect.stringMatching(/^In 3 h /) })
  })

  it('are looked for where what became of them is unknown', async () => {
    const unknown = async (settled_at: Date, state: 'unknown' | 'submitted' = 'unknown') =>
      aMessage(database.db, await reader(), { state, batch: { state: 'unknown', settled_at } })
    await unknown(ago(8 * days))
    await unknown(ago(1 * days), 'submitted') // an event settled it
    expect(await look('unknown-mail')).toMatchObject({ status: 'ok', found: 'none in 7 days' })
    await unknown(ago(6 * days))
    await unknown(ago(1 * days))
    expect(await look('unknown-mail')).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('of 2 mails in 7 days'),
      remedy: expect.stringContaining('--missing'),
    })
  })
})

describe('webhook events', () => {
  const environment = { RESEND_API_KEY: 're_own', RESEND_BASE_URL: 'http://127.0.0.1:1' }
  const anEvent = (received_at: Date) =>
    database.db
      .insertInto('webhook_events')
      .values({
        svix_id: received_at.toISOString(),
        type: 'email.delivered',
        provider_id: null,
        message_id: null,
        occurred_at: received_at,
        received_at,
        payload: '{}',
      })
      .execute()
  const submitted = async (at: Date, endpoint: 'emails' | 'emails/batch' = 'emails/batch') =>
    aMessage(database.db, await reader(), { batch: { endpoint, claimed_at: at, settled_at: at } })

  it('come after mail, or do not', async () => {
    expect(await look('webhook-events')).toMatchObject({ status: 'not checked' })
    expect(await look('webhook-events', environment)).toMatchObject({ status: 'ok', found: 'none came yet' })
    await submitted(ago(30 * minutes))
    expect(await look('webhook-events', environment)).toMatchObject({ status: 'ok' })
    await submitted(ago(2 * hours))
    expect(await look('webhook-events', environment)).toMatchObject({
      status: 'warning',
      found: 'none came yet, though mail was submitted 2 h ago',
    })
    await anEvent(ago(3 * hours))
    expect(await look('webhook-events', environment)).toMatchObject({
      status: 'warning',
      found: 'the newest came 3 h ago, though mail was submitted 2 h ago',
    })
    await anEvent(ago(1.9 * hours))
    expect(await look('webhook-events', environment)).toMatchObject({
      status: 'ok',
      found: 'the newest came 114 min ago',
    })
    await submitted(ago(1.5 * hours), 'emails')
    expect(await look('webhook-events', environment)).toMatchObject({ status: 'warning' })
  })
})

it('finds nothing wrong in an installation where nothing is', async () => {
  await anArticle(database.db, { firstSeenAt: ago(hours) })
  await database.db
    .updateTable('feeds')
    .set({ next_poll_at: ago(0) })
    .execute()
  await aMessage(database.db, await reader())
  expect(await theNewsletterId(database.db)).toBe(1)
  const { checks } = await examined(database.db)
  const { rowChecks } = await import('../../src/doctor/examine.ts')
  const ofRows = checks.filter(({ name }) => rowChecks.some((check) => check.name === name))
  expect(ofRows).toHaveLength(rowChecks.length)
  expect(ofRows.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual(['webhook-events'])
})
