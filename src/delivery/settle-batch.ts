// What an answer means for a batch and its messages, in one transaction, and only for the worker that holds its lease.
import { type RawBuilder, sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { mask } from '../platform/log.ts'
import type { ClaimedBatch } from './claim-batch.ts'
import { holdMoves } from './hold-moves.ts'
import type { CallOutcome } from './provider.ts'
import { runCanceled } from './run-status.ts'

export type Settled = {
  readonly submitted: number
  readonly failed: number
  readonly unknown: number
  readonly released: number
}

const nothing: Settled = { submitted: 0, failed: 0, unknown: 0, released: 0 }
/**
 * Every worker that dies counts as an attempt too, so attempts say little about the provider: whoever waits for a mail must
 * not wait long for that. All calls keep to the provider's limit anyway.
 */
const longestBackoffSeconds = 60

/** Records an outcome. When the lease was lost in the meantime nothing changes, and all counts are 0. */
export async function settleBatch(context: Context, batch: ClaimedBatch, outcome: CallOutcome): Promise<Settled> {
  if (outcome.kind === 'accepted') return settleAccepted(context, batch, outcome.messages)
  return context.db.transaction().execute(async (trx) => {
    const isMine = await closeBatch(context, trx, batch, outcome)
    if (!isMine) return nothing
    switch (outcome.kind) {
      case 'refused':
        return outcome.remedy === 'invalid' && batch.messages.length === 1
          ? { ...nothing, failed: await finish(context, trx, batch, 'failed', outcome.reason) }
          : { ...nothing, released: await release(context, trx, batch, outcome.remedy === 'invalid') }
      case 'conflict':
        return { ...nothing, unknown: await finish(context, trx, batch, 'unknown', outcome.reason) }
      case 'ambiguous':
        return nothing
    }
  })
}

const isHeld = (batch: ClaimedBatch) => sql`id = ${batch.id} and fence = ${batch.fence} and state = 'sending'`

async function closeBatch(
  context: Context,
  trx: InTransaction,
  batch: ClaimedBatch,
  outcome: Exclude<CallOutcome, { kind: 'accepted' }>,
): Promise<boolean> {
  const now = context.clock.sqlNow
  const reason = mask(outcome.reason) // in the provider's words, which may name a reader
  const state = { refused: 'refused', conflict: 'unknown' } as const
  const { numAffectedRows } =
    outcome.kind === 'ambiguous'
      ? await sql`
          update batches set last_error = ${reason},
            lease_until = ${now} + make_interval(secs => least(${longestBackoffSeconds}::float8, 2 ^ least(attempts, 16)))
          where ${isHeld(batch)}`.execute(trx)
      : await sql`
          update batches set state = ${state[outcome.kind]}, last_error = ${reason}, lease_until = null, settled_at = ${now}
          where ${isHeld(batch)}`.execute(trx)
  return numAffectedRows === 1n
}

/** One statement. What each message got is looked up by its position rather than joined, which would try all with all. */
async function settleAccepted(
  context: Context,
  batch: ClaimedBatch,
  outcomes: readonly ({ providerId: string } | { refusedBecause: string })[],
): Promise<Settled> {
  const now = context.clock.sqlNow
  const providerIds = outcomes.map((one) => ('providerId' in one ? one.providerId : null))
  const reasons = outcomes.map((one) => ('refusedBecause' in one ? one.refusedBecause.slice(0, 500) : null))
  const providerId = sql`(${providerIds}::text[])[batch_position]`
  const { rows } = await sql<{ is_mine: boolean }>`
    with mine as (
      update batches set state = 'submitted', last_error = null, lease_until = null, settled_at = ${now}
      where ${isHeld(batch)}
      returning id
    ), told as (
      update messages set state = case when ${providerId} is null then 'failed' else 'submitted' end,
        provider_id = ${providerId}, reason = (${reasons}::text[])[batch_position], settled_at = ${now}
      from mine where messages.batch_id = mine.id and messages.state = 'sending'
      returning messages.*
    )${batch.endpoint === 'emails' ? sql`, noted as (${noteConfirmations(now, sql`told`)})` : sql``}
    select exists (select from mine) as is_mine`.execute(context.db)
  if (!rows[0]?.is_mine) return nothing
  const submitted = providerIds.filter((id) => id !== null).length
  return { ...nothing, submitted, failed: outcomes.length - submitted }
}

/** Of these messages, the confirmations that the provider took go into the history of consent. To be run once a message. */
export function noteConfirmations(now: RawBuilder<Date>, messages: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into consent_events (subscriber_id, subscription_id, kind, occurred_at, source, details)
    select subscriber_id, subscription_id, 'confirmation_sent', ${now}, 'service',
      jsonb_build_object('message', id, 'confirmation', confirmation_id)
    from ${messages} as m
    where confirmation_id is not null and state = 'submitted'
      and not exists (select from subscribers r where r.id = m.subscriber_id and r.erased_at is not null)`
}

async function finish(
  context: Context,
  trx: InTransaction,
  batch: ClaimedBatch,
  state: 'failed' | 'unknown',
  reason: string,
): Promise<number> {
  const { numAffectedRows } = await sql`
    update messages set state = ${state}, reason = ${reason}, settled_at = ${context.clock.sqlNow}
    where batch_id = ${batch.id} and state = 'sending'`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}

/** Where they may have moved to since it was planned. */
const presentAddress = sql`(select r.email from subscribers r where r.id = messages.subscriber_id)`

/**
 * Back to pending, for a batch with a new key, to the present address of who gets digests and with a new look at consent. After an invalid payload the messages go one by
 * one (their attempts stay counted), so that the bad one costs itself only. Where the run was canceled in the meantime
 * nothing goes back.
 */
async function release(context: Context, trx: InTransaction, batch: ClaimedBatch, oneByOne: boolean): Promise<number> {
  // The lock makes a cancel that is just under way either see what is pending here, or be seen.
  const { rows } = await sql<{ canceled_at: Date | null }>`
    select canceled_at from digest_runs
    where id = (select run_id from messages where batch_id = ${batch.id} and run_id is not null limit 1)
    for share`.execute(trx)
  const isCanceled = (rows[0]?.canceled_at ?? null) !== null
  await holdMoves(trx, sql`batch_id = ${batch.id}`)
  const { numAffectedRows } = await sql`
    update messages set batch_id = null, batch_position = null,
      state = ${isCanceled ? 'canceled' : 'pending'}, reason = ${isCanceled ? runCanceled : null},
      settled_at = ${isCanceled ? context.clock.sqlNow : sql`null`},
      rendering_id = case when kind = 'digest' then null else rendering_id end,
      to_email = case when kind in ('digest', 'welcome', 'preferences_changed') then ${presentAddress} else to_email end,
      attempts = ${oneByOne ? sql`attempts` : sql`attempts - 1`}
    where batch_id = ${batch.id} and state = 'sending'`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}
