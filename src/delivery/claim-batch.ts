// Taking messages to send: short transactions, after which the provider is called outside of any.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import type { Database, InTransaction, MessageKind } from '../platform/database/schema.ts'
import { toHex } from '../platform/encoding.ts'
import { providerAccount } from './provider-limits.ts'
import { warmUpRoom } from './warm-up.ts'
import { isOutdated, isUnmade, welcomeRendering } from './welcomes.ts'

export type ClaimedMessage = {
  readonly id: number
  readonly subscriptionId: number
  readonly toEmail: string
  readonly renderingId: number
  readonly keyId: string
  readonly confirmedOn: string | null
  readonly firstDigest: string | null
  /** What the token of a confirmation, or of a change of address, is made of. */
  readonly nonce: Uint8Array | null
  readonly confirmationId: number | null
  readonly inReplyTo: string | null
  readonly references: string | null
}

export type ClaimedBatch = {
  readonly id: number
  /** Every later update of the batch checks it: a worker that lost its lease changes nothing. */
  readonly fence: number
  /** The provider was asked before, and may have accepted: nothing may change any more. */
  readonly isTried: boolean
  readonly endpoint: 'emails' | 'emails/batch'
  readonly idempotencyKey: string
  readonly messages: readonly ClaimedMessage[]
}

export type Claim = {
  readonly batch: ClaimedBatch | undefined
  readonly canceled: number
  /** Something is waiting, even if others were faster this time. */
  readonly isMoreWaiting: boolean
  /** The warm-up allows no more digests today. */
  readonly isWarmUpSpent?: boolean
}

/** What Resend takes in a call. */
export const maximumBatchSize = 100
/**
 * From the claim to the begin, and anew from the begin to the end of the call: longer than a worker waits for either, and
 * short, since what a dead worker held waits as long. A batch that is asked about again has one lease for both: where that
 * runs out first, another asks too, with the same key, and is told the same.
 */
export const leaseSeconds = 45
/** Resend keeps an idempotency key for 24 hours; an hour is left for clocks and slow answers. */
export const keyLifetimeHours = 23

type Candidate = {
  id: number
  kind: MessageKind
  rendering_id: number
  /** Why this message must not be sent any more, or null. */
  obstacle: string | null
}

/** What goes before digests, so that a look says whether any of it waits. */
export async function lookAhead(context: Context): Promise<{ isTransactionalWaiting: boolean; isBatchLost: boolean }> {
  const { rows } = await sql<{ transactional: boolean; lost: boolean }>`
    select exists (select from messages where state = 'pending' and kind <> 'digest') as transactional,
      exists (select from batches where ${isLost(context)}) as lost`.execute(context.db)
  return { isTransactionalWaiting: rows[0]?.transactional ?? false, isBatchLost: rows[0]?.lost ?? false }
}

/**
 * A batch whose worker is gone or whose answer was lost, and that the provider can be asked about: it knows the key for a day,
 * and only in the account that was asked first. Another would take it for new, and send a second time.
 */
const isLost = ({ clock, config }: Context) => sql<boolean>`state = 'sending' and lease_until <= ${clock.sqlNow}
  and (first_tried_at is null or (first_tried_at > ${clock.sqlNow} - make_interval(hours => ${keyLifetimeHours})
    and (account is null or account = ${providerAccount(config.resend?.apiKey)})))`

/** Takes over a batch whose worker is gone or whose answer was lost: the same key, the same messages in the same order. */
export async function reclaimBatch(context: Context): Promise<ClaimedBatch | undefined> {
  const now = context.clock.sqlNow
  const { rows } = await sql<{
    id: number
    fence: number
    endpoint: ClaimedBatch['endpoint']
    idempotency_key: string
    is_tried: boolean
  }>`
    update batches set fence = fence + 1, attempts = attempts + 1, lease_until = ${now} + make_interval(secs => ${leaseSeconds})
    where id = (
      select id from batches
      where ${isLost(context)}
      order by lease_until limit 1 for update skip locked)
    returning id, fence, endpoint, idempotency_key, first_tried_at is not null as is_tried`.execute(context.db)
  const [batch] = rows
  if (!batch) return undefined
  const messages = await readMessages(context.db, batch.id)
  return {
    id: batch.id,
    fence: batch.fence,
    isTried: batch.is_tried,
    endpoint: batch.endpoint,
    idempotencyKey: batch.idempotency_key,
    messages,
  }
}

/** Gives up on batches whose key the provider has forgotten: sending again might be a second mail. Returns how many messages. */
export async function settleExpiredBatches(context: Context): Promise<number> {
  const now = context.clock.sqlNow
  const { rows } = await sql<{ id: number }>`
    with expired as (
      update batches set state = 'unknown', settled_at = ${now}, lease_until = null, fence = fence + 1
      where state = 'sending' and lease_until <= ${now} and first_tried_at <= ${now} - make_interval(hours => ${keyLifetimeHours})
      returning id)
    update messages set state = 'unknown', reason = 'no answer while the provider remembered the key', settled_at = ${now}
    from expired where messages.batch_id = expired.id and messages.state = 'sending'
    returning messages.id`.execute(context.db)
  return rows.length
}

/** Of a message `m` about a change of address `a`: it was stopped, or made. */
export const isNoLongerAskedFor = sql<boolean>`(a.stopped_at is not null or (m.kind = 'address_change' and a.confirmed_at is not null))`

/** Of a subscription `s` that is not active: what a message to it is canceled for. An undo puts back what was so for an unsubscribe. */
const whyNotSubscribed = sql<string>`coalesce(s.ended_reason, s.left_as ->> 'ended_reason', 'not subscribed')`

/** A link that somebody asked for is of no use to them when it comes days later. */
const linkHours = 72
/** A welcome may tell stories, which are told by nothing else; a week later they are no news. */
const welcomeHours = 168

/** Mail whose links are signed as it goes, and not made of a secret that was kept when it was asked for. */
const isSignedAtClaim = sql<boolean>`m.kind in ('digest', 'welcome', 'preferences_changed')`

/**
 * Takes the oldest transactional mail: they go before digests, each by itself. A confirmation goes to who waits for it, a
 * welcome and what tells of a subscription to who has it, the others to whose address was confirmed, subscribed or not; to who was erased goes nothing. While a new signing key is being
 * rolled out, mail whose link was made with it is left to the processes that have it. A welcome that is to be made anew waits for that.
 */
export function claimTransactional(context: Context): Promise<Claim> {
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const { rows } = await sql<Candidate & { is_over: boolean }>`
      select m.id, m.kind, ${welcomeRendering} as rendering_id,
        case
          -- a value, and no exists: that would be answered by reading all suppressions for each mail
          when (select x.email_key from suppressions x where x.email_key = ${addressKeyIn('m.to_email')}) is not null then 'suppressed'
          when m.kind = 'confirmation' then case
            when s.state <> 'pending' then 'no longer waiting for confirmation'
          end
          when s.ended_reason = 'erased' then 'erased'
          when m.kind = 'already_subscribed' and s.state <> 'active' then 'not subscribed any more'
          when m.kind in ('welcome', 'preferences_changed') and s.state <> 'active' then ${whyNotSubscribed}
          when s.confirmed_at is null then 'not confirmed'
          when ${isNoLongerAskedFor} then 'no longer asked for'
        end as obstacle, life.is_over
      from messages m
        join subscriptions s on s.id = m.subscription_id
        left join confirmations c on c.id = m.confirmation_id
        left join address_changes a on a.id = m.address_change_id
        left join welcomes w on w.message_id = m.id,
        lateral (
          select coalesce(c.expires_at, a.expires_at, m.created_at + make_interval(
            hours => case m.kind when 'welcome' then ${welcomeHours}::int else ${linkHours}::int end)) <= ${now} as is_over) as life
      where m.state = 'pending' and m.kind <> 'digest'
        and (life.is_over or ((${isSignedAtClaim} or m.key_id = any(${[...context.keys.ids]}::text[]))
          and not ${isUnmade} and not ${isOutdated}))
      order by m.id limit 1
      for update of m skip locked`.execute(trx)
    const [row] = rows
    if (!row) return { batch: undefined, canceled: 0, isMoreWaiting: false }
    const tooLate =
      row.kind === 'welcome' ? 'it could not be sent within a week' : 'the link expired before it could be sent'
    const obstacle = row.obstacle ?? (row.is_over ? tooLate : null)
    return claim(context, trx, [{ ...row, obstacle }], 'emails')
  })
}

/**
 * Takes up to 100 digests of the oldest run that is neither paused nor canceled, or of the next one where others hold all of
 * it. A message refused once goes alone.
 */
export function claimDigests(context: Context, batchSize = maximumBatchSize): Promise<Claim> {
  return context.db.transaction().execute(async (trx) => {
    let runId = await nextSendableRun(trx, 0)
    if (runId === undefined) return { batch: undefined, canceled: 0, isMoreWaiting: false }
    const room = await warmUpRoom(context, trx)
    if (room === 0) return { batch: undefined, canceled: 0, isMoreWaiting: false, isWarmUpSpent: true }
    for (; runId !== undefined; runId = await nextSendableRun(trx, runId)) {
      const rows = await takeDigests(trx, runId, Math.min(batchSize, room ?? batchSize))
      const [first] = rows
      if (!first) continue
      const together = first.attempts > 0 ? [first] : rows.filter((row) => row.attempts === 0)
      return claim(context, trx, together, 'emails/batch')
    }
    return { batch: undefined, canceled: 0, isMoreWaiting: true }
  })
}

/**
 * The run as a range, and the order that of messages_bulk: no other index gives it, so whatever PostgreSQL believes of a
 * table that has just grown by a million rows, it reads no more of them than it takes. The run is locked, so that a pause is
 * either seen or comes after the claim; one that is being decided about is passed by, as that may take minutes. Whatever the begin looks at is looked at here: what it refused would come back for ever.
 */
async function takeDigests(
  trx: InTransaction,
  runId: number,
  limit: number,
): Promise<(Candidate & { attempts: number })[]> {
  const { rows } = await sql<Candidate & { attempts: number }>`
    with run as materialized (
      select id from digest_runs where id = ${runId} and paused_at is null and canceled_at is null for share skip locked
    ), next as materialized (
      select m.id, m.kind, m.digest_id, m.subscription_id, m.subscriber_id, m.to_email, m.attempts from messages m
      where exists (select from run) and m.run_id between ${runId} and ${runId} and m.state = 'pending' and m.kind = 'digest'
        and ${isRendered}
      order by m.run_id, m.id limit ${limit}
      for update skip locked
    )
    select m.id, m.kind, g.rendering_id, m.attempts,
      case
        when exists (select from suppressions x where x.email_key in (r.email_key, ${addressKeyIn('m.to_email')})) then 'suppressed'
        when s.state <> 'active' then ${whyNotSubscribed}
      end as obstacle
    from next m
      join digests g on g.id = m.digest_id
      join subscriptions s on s.id = m.subscription_id
      join subscribers r on r.id = m.subscriber_id
    order by m.id`.execute(trx)
  return rows
}

const isRendered = sql`(select g.rendering_id is not null from digests g where g.id = m.digest_id)`

/**
 * The recursive query `waiting`: the runs with something pending. It hops from run to run over the index of what is, whatever
 * the number of messages; the last row is null.
 */
export const waitingRuns = (after: number) => sql`waiting as (
    (select run_id from messages where state = 'pending' and kind = 'digest' and run_id > ${after} order by run_id limit 1)
    union all
    select (select m.run_id from messages m where m.state = 'pending' and m.kind = 'digest' and m.run_id > waiting.run_id
      order by m.run_id limit 1)
    from waiting where waiting.run_id is not null
  )`

/**
 * Looks into one run after the other until the first that has something to send: all messages of one that has no rendering
 * yet would be looked at in vain.
 */
async function nextSendableRun(trx: InTransaction, after: number): Promise<number | undefined> {
  const { rows } = await sql<{ run_id: number }>`
    with recursive ${waitingRuns(after)}
    select open.run_id from (
      select w.run_id from waiting w join digest_runs d on d.id = w.run_id
      where d.paused_at is null and d.canceled_at is null
        and exists (select from digests g where g.run_id = d.id and g.rendering_id is not null)
      order by w.run_id) as open, lateral (
      select from messages m
      where m.run_id between open.run_id and open.run_id and m.state = 'pending' and m.kind = 'digest' and ${isRendered}
      order by m.run_id, m.id limit 1) as rendered
    order by open.run_id limit 1`.execute(trx)
  return rows[0]?.run_id
}

/** Cancels what must not be sent any more, and makes a batch of the rest. Fails closed: if the check throws, nothing is claimed. */
async function claim(
  context: Context,
  trx: InTransaction,
  candidates: readonly Candidate[],
  endpoint: ClaimedBatch['endpoint'],
): Promise<Claim> {
  const now = context.clock.sqlNow
  const obstructed = candidates.filter((candidate) => candidate.obstacle !== null)
  if (obstructed.length > 0) {
    await sql`
      update messages set state = 'canceled', reason = o.reason, settled_at = ${now}
      from unnest(${obstructed.map((row) => row.id)}::bigint[], ${obstructed.map((row) => row.obstacle)}::text[]) as o (id, reason)
      where messages.id = o.id`.execute(trx)
  }
  const clear = candidates.filter((candidate) => candidate.obstacle === null)
  if (clear.length === 0) return { batch: undefined, canceled: obstructed.length, isMoreWaiting: true }

  const idempotencyKey = `${endpoint === 'emails' ? 'mail' : 'batch'}/${toHex(context.random(16))}`
  const { rows } = await sql<MessageRow & { batch_id: number; fence: number }>`
    with batch as (
      insert into batches (endpoint, idempotency_key, state, message_count, lease_until, claimed_at)
      values (${endpoint}, ${idempotencyKey}, 'sending', ${clear.length}, ${now} + make_interval(secs => ${leaseSeconds}), ${now})
      returning id, fence
    )
    update messages m set state = 'sending', batch_id = batch.id, batch_position = c.position, rendering_id = c.rendering_id,
      key_id = case when ${isSignedAtClaim} then ${context.keys.newestId} else m.key_id end, attempts = m.attempts + 1
    from batch, unnest(${clear.map((row) => row.id)}::bigint[], ${clear.map((row) => row.rendering_id)}::bigint[])
      with ordinality as c (id, rendering_id, position)
    where m.id = c.id
    returning m.batch_id, batch.fence, ${payloadColumns}`.execute(trx)
  const [first] = rows
  if (!first) throw new Error('a batch was not stored')
  return {
    batch: {
      id: first.batch_id,
      fence: first.fence,
      isTried: false,
      endpoint,
      idempotencyKey,
      messages: toMessages(rows),
    },
    canceled: obstructed.length,
    isMoreWaiting: true,
  }
}

type MessageRow = {
  id: number
  subscription_id: number
  to_email: string
  rendering_id: number
  key_id: string
  confirmed_on: string | null
  first_digest: string | null
  nonce: Uint8Array | null
  confirmation_id: number | null
  in_reply_to: string | null
  mail_references: string | null
  batch_position: number
}

/** All that a payload is made of. */
const payloadColumns = sql`m.id, m.subscription_id, m.to_email, m.rendering_id, m.key_id, m.confirmed_on, m.first_digest, m.batch_position,
  m.confirmation_id, m.in_reply_to, m.mail_references,
  coalesce((select c.nonce from confirmations c where c.id = m.confirmation_id),
    (select a.nonce from address_changes a where a.id = m.address_change_id and m.kind = 'address_change')) as nonce`

async function readMessages(db: Database | InTransaction, batchId: number): Promise<ClaimedMessage[]> {
  const { rows } = await sql<MessageRow>`
    select ${payloadColumns} from messages m where m.batch_id = ${batchId}`.execute(db)
  return toMessages(rows)
}

/** In the order of the batch. */
function toMessages(rows: readonly MessageRow[]): ClaimedMessage[] {
  return rows
    .toSorted((a, b) => a.batch_position - b.batch_position)
    .map((row) => ({
      id: row.id,
      subscriptionId: row.subscription_id,
      toEmail: row.to_email,
      renderingId: row.rendering_id,
      keyId: row.key_id,
      confirmedOn: row.confirmed_on,
      firstDigest: row.first_digest,
      nonce: row.nonce,
      confirmationId: row.confirmation_id,
      inReplyTo: row.in_reply_to,
      references: row.mail_references,
    }))
}
