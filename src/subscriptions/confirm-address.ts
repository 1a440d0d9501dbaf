// What a new address does with the link that it got: it becomes the reader's.
import { sql } from 'kysely'
import { recallSuppressions } from '../delivery/erased-suppressions.ts'
import { holdBegins } from '../delivery/suppress.ts'
import type { Context } from '../platform/context.ts'
import { sha256 } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { type Evidence, recordConsent } from './consent.ts'

const tokenPattern = /^[A-Za-z0-9_-]{43}$/

export type AddressChange = {
  readonly id: number
  readonly newEmail: string | null
  readonly newsletterName: string
  readonly language: string
  /** Made already. */
  readonly isDone: boolean
}

/** Looks, and changes nothing. Throws `not_found` for a link never made, `expired` for one that is of no use any more. */
export async function findAddressChange(context: Context, token: string): Promise<AddressChange> {
  const tokenHash = tokenPattern.test(token) ? await sha256(token) : undefined
  const { rows } = await sql<AddressChange & { isOver: boolean }>`
    select a.id, a.new_email as "newEmail", n.name as "newsletterName", s.language, a.confirmed_at is not null as "isDone",
      a.confirmed_at is null and (a.stopped_at is not null or a.expires_at <= ${context.clock.sqlNow}) as "isOver"
    from address_changes a, lateral (
      select s.newsletter_id, s.language from subscriptions s where s.subscriber_id = a.subscriber_id order by s.id limit 1) as s
      join newsletters n on n.id = s.newsletter_id
    where a.token_hash = ${tokenHash ?? new Uint8Array()}`.execute(context.db)
  const [change] = rows
  if (!change) throw new PublicError('not_found', 'This link is not one of ours, or was cut short.')
  if (change.isOver) throw new PublicError('expired', 'This change of address was given up, or its link is too old.')
  return change
}

/**
 * Makes the new address the reader's, for all that they get: what waits to be sent goes to it. Idempotent. Never becomes
 * one with another reader: where the address is somebody's by now, or suppressed, it throws `conflict` and nothing changes.
 */
export async function confirmAddressChange(
  context: Context,
  token: string,
  evidence: Evidence,
): Promise<AddressChange> {
  const change = await findAddressChange(context, token)
  if (change.isDone) return change
  try {
    await makeChange(context, change.id, evidence)
  } catch (error) {
    // Somebody subscribed with the address at the same moment.
    if (error instanceof Error && 'code' in error && error.code === uniqueViolation) throw taken(error)
    throw error
  }
  return findAddressChange(context, token) // it may have been stopped, or the reader erased, in between
}

const uniqueViolation = '23505'
const taken = (cause?: unknown) =>
  new PublicError('conflict', 'This address cannot be used: it has a subscription of its own, or refused mail.', {
    cause,
  })

function makeChange(context: Context, changeId: number, evidence: Evidence): Promise<void> {
  return context.db.transaction().execute(async (trx) => {
    // Reader, subscriptions, change: in the order of whoever suppresses an address, stops the change or erases the reader.
    const { rows: readers } = await sql<{ id: number; email_key: string }>`
      select id, email_key from subscribers where id = (select subscriber_id from address_changes where id = ${changeId})
      for no key update`.execute(trx)
    const [reader] = readers
    const readerId = reader?.id ?? 0
    await holdBegins(trx, [readerId], [])
    const { rows } = await sql<{ new_email: string; new_email_key: string }>`
      select new_email, new_email_key from address_changes
      where id = ${changeId} and confirmed_at is null and stopped_at is null`.execute(trx)
    const [open] = rows
    if (!open) return // made, stopped or erased in the meantime
    await recallSuppressions(trx, context, [open.new_email_key])
    const now = context.clock.sqlNow
    const { numAffectedRows } = await sql`
      update subscribers set email = ${open.new_email}, email_key = ${open.new_email_key}, suppression_lifted_at = null
      where id = ${readerId} and not exists (select from subscribers where email_key = ${open.new_email_key})
        and not exists (select from suppressions where email_key = ${open.new_email_key})`.execute(trx)
    if (numAffectedRows !== 1n) throw taken()
    await sql`
      update address_changes set confirmed_at = ${now}, old_email_key = ${reader?.email_key ?? null}
      where id = ${changeId}`.execute(trx)
    await sql`
      update messages set to_email = ${open.new_email}
      where state = 'pending' and id in (
        select m.id from subscriptions s join messages m on m.subscription_id = s.id
        where s.subscriber_id = ${readerId} and m.run_id is not null
        union all
        select id from messages
        where subscriber_id = ${readerId} and kind not in ('digest', 'confirmation') and kind in ('welcome', 'preferences_changed'))`.execute(
      trx,
    )
    const { rows: subscriptions } = await sql<{ id: number }>`
      select id from subscriptions where subscriber_id = ${readerId} order by id`.execute(trx)
    for (const { id } of subscriptions) {
      await recordConsent(trx, context, {
        kind: 'address_changed',
        subscriberId: readerId,
        subscriptionId: id,
        evidence,
        details: { addressChange: changeId },
      })
    }
  })
}
