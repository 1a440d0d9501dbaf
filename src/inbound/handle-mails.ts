// The loop that acts on stored mails: one after the other, each until it is done or given up.
import { sql } from 'kysely'
import { openProviderLimits, type ProviderLimits } from '../delivery/provider-limits.ts'
import type { Context } from '../platform/context.ts'
import { mask } from '../platform/log.ts'
import { act, type StoredMail } from './act.ts'
import type { Mailbox, ReceivedMail } from './fetch-mail.ts'

export type HandleResult = { done: number; postponed: number; givenUp: number }

/** Longer than a fetch and a transaction take. */
const leaseSeconds = 120
/** 5 s, 10 s, 20 s … up to an hour: with so many attempts more than a day, within which an outage ends. */
const firstBackoffSeconds = 5
const longestBackoffSeconds = 3_600
const maximumAttempts = 36
/** Where the provider must not be called at the moment. */
const noTurnSeconds = 30

type Claimed = StoredMail & { readonly providerId: string; readonly fence: number; readonly attempts: number }

/**
 * Acts on what waits until nothing is due or the signal asks to stop. A mail that fails is tried again later, and after many
 * attempts given up with a line in the log; the others go on. Safe in several processes at once.
 */
export async function handleMails(
  context: Context,
  mailbox: Mailbox,
  { signal }: { readonly signal: AbortSignal },
): Promise<HandleResult> {
  const result: HandleResult = { done: 0, postponed: 0, givenUp: 0 }
  let limits: ProviderLimits | undefined
  while (!signal.aborted) {
    const claimed = await claim(context)
    if (!claimed) break
    let mail: ReceivedMail | undefined
    // To leave takes no more than the address: it waits for no provider.
    if (claimed.purpose !== 'unsubscribe') {
      limits ??= await openProviderLimits(context)
      const fetched = await fetchMail(mailbox, limits, claimed, signal)
      if ('wait' in fetched) {
        result.postponed += await postpone(context, claimed, fetched.wait, noTurnSeconds, { counts: false })
        continue
      }
      if ('failure' in fetched) {
        await fail(context, claimed, fetched.failure, result)
        continue
      }
      mail = fetched.mail
    }
    try {
      result.done += await settle(context, claimed, mail)
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown'
      await fail(context, claimed, message, result)
    }
  }
  return result
}

/** What needs no token can be sent by anybody, in any number: it comes after what readers want. */
async function claim(context: Context): Promise<Claimed | undefined> {
  const now = context.clock.sqlNow
  const { rows } = await sql<Claimed>`
    update inbound_mails set fence = fence + 1, attempts = attempts + 1, due_at = ${now} + make_interval(secs => ${leaseSeconds})
    where id = (
      select id from inbound_mails where due_at <= ${now}
      order by (purpose = 'subscribe'), due_at, id limit 1 for update skip locked)
    returning id, provider_id as "providerId", purpose, target_id as "targetId", newsletter, fence, attempts`.execute(
    context.db,
  )
  return rows[0]
}

type Fetched = { readonly mail: ReceivedMail } | { readonly failure: string } | { readonly wait: string }

/** In its turn among all calls to the provider. */
async function fetchMail(
  mailbox: Mailbox,
  limits: ProviderLimits,
  { providerId }: Claimed,
  signal: AbortSignal,
): Promise<Fetched> {
  const standing = await limits.standing('reading')
  if (standing !== null) return { wait: standing }
  const turn = await limits.takeTurn('reading', signal)
  if (!turn.isGiven) return { wait: turn.reason }
  const fetched = await mailbox.fetch(providerId)
  if ('mail' in fetched) return fetched
  const { failure, retryAfterMs } = fetched
  if (retryAfterMs === undefined) return { failure }
  await limits.heed(
    {
      outcome: { kind: 'refused', remedy: 'later', reason: failure, retryAfterMs },
      limits: { requestsPerSecond: undefined, dailyUsed: undefined, monthlyUsed: undefined },
    },
    turn,
    { messageCount: 1, isTried: false },
  )
  return { wait: failure }
}

/** Acts and notes it in one transaction. 0 when another has taken the mail over in the meantime. */
async function settle(context: Context, claimed: Claimed, mail: ReceivedMail | undefined): Promise<number> {
  return context.db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      select id from inbound_mails where id = ${claimed.id} and fence = ${claimed.fence} and state = 'waiting' for update`.execute(
      trx,
    )
    if (rows.length === 0) return 0
    const outcome = await act(context, trx, claimed, mail)
    await sql`
      update inbound_mails set state = 'done', outcome = ${outcome}, due_at = null, last_error = null,
        settled_at = ${context.clock.sqlNow}
      where id = ${claimed.id}`.execute(trx)
    context.log.info('mail_handled', { mail: claimed.id, purpose: claimed.purpose, outcome })
    return 1
  })
}

async function fail(context: Context, claimed: Claimed, why: string, result: HandleResult): Promise<void> {
  const reason = mask(why).slice(0, 500) // in words of others, which may hold anything
  if (claimed.attempts < maximumAttempts) {
    const seconds = Math.min(longestBackoffSeconds, firstBackoffSeconds * 2 ** Math.min(claimed.attempts - 1, 16))
    result.postponed += await postpone(context, claimed, reason, seconds, { counts: true })
    context.log.warn('mail_postponed', { mail: claimed.id, attempts: claimed.attempts, reason })
    return
  }
  const { numAffectedRows } = await sql`
    update inbound_mails set state = 'given_up', due_at = null, last_error = ${reason},
      settled_at = ${context.clock.sqlNow}
    where id = ${claimed.id} and fence = ${claimed.fence} and state = 'waiting'`.execute(context.db)
  result.givenUp += Number(numAffectedRows ?? 0n)
  context.log.error('mail_given_up', { mail: claimed.id, purpose: claimed.purpose, attempts: claimed.attempts, reason })
}

/** `counts`: as an attempt. 0 when another has taken the mail over in the meantime. */
async function postpone(
  context: Context,
  claimed: Claimed,
  reason: string,
  seconds: number,
  { counts }: { readonly counts: boolean },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update inbound_mails set due_at = ${context.clock.sqlNow} + make_interval(secs => ${seconds}),
      attempts = attempts - ${counts ? 0 : 1}, last_error = ${reason.slice(0, 500)}
    where id = ${claimed.id} and fence = ${claimed.fence} and state = 'waiting'`.execute(context.db)
  return Number(numAffectedRows ?? 0n)
}
