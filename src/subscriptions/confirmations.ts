import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { addressKeyIn } from '../platform/database/address-key.ts'
import { sha256 } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { type Evidence, recordConsent } from './consent.ts'
import { lockReader } from './reader.ts'

export type Confirmation = {
  readonly subscriptionId: number
  readonly newsletterName: string
  readonly language: string
  /** Already confirmed with this or another link. */
  readonly isActive: boolean
}

/** How long a confirmation link lives. */
export const confirmationHours = 72

const tokenPattern = /^[A-Za-z0-9_-]{43}$/

/** Looks, and changes nothing. Throws `not_found` for a link never made, `expired` for one older than 72 hours. */
export async function findConfirmation(context: Context, token: string): Promise<Confirmation> {
  const tokenHash = tokenPattern.test(token) ? await sha256(token) : undefined
  const row =
    tokenHash &&
    (await context.db
      .selectFrom('confirmations as c')
      .innerJoin('subscriptions as s', 's.id', 'c.subscription_id')
      .innerJoin('newsletters as n', 'n.id', 's.newsletter_id')
      .select([
        's.id',
        's.state',
        's.language',
        'n.name',
        'c.confirmed_at',
        sql<boolean>`c.expires_at <= ${context.clock.sqlNow}`.as('expired'),
      ])
      .where('c.token_hash', '=', tokenHash)
      .executeTakeFirst())
  if (!row)
    throw new PublicError(
      'not_found',
      'This confirmation link is not one of ours, or was cut short. Please subscribe again.',
    )
  const isActive = row.state === 'active'
  // A used link does not work again after an unsubscribe: that would need a new request.
  if (!isActive && (row.expired || row.state === 'ended' || row.confirmed_at !== null)) {
    throw new PublicError('expired', 'This confirmation link is no longer valid. Please subscribe again.')
  }
  return { subscriptionId: row.id, newsletterName: row.name, language: row.language, isActive }
}

/**
 * Makes a subscription active. Idempotent: confirming again changes nothing. The first digest covers the day before the
 * confirmation, the seven days before for a weekly one, so that it is not empty; nobody is told a story twice. A welcome is
 * owed from then on: `writeWelcomes` makes its message.
 */
export async function confirm(context: Context, token: string, evidence: Evidence): Promise<Confirmation> {
  const confirmation = await findConfirmation(context, token)
  if (confirmation.isActive) return confirmation
  const { subscriptionId } = confirmation
  const tokenHash = await sha256(token)
  const isConfirmed = await context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    await lockReader(trx, subscriptionId)
    const { rows } = await sql<{ subscriber_id: number }>`
      update subscriptions set state = 'active', confirmed_at = ${now}, left_as = null,
        (read_until, told_from) = (select since, since from (select greatest(read_until,
          ${now} - case when frequency = 'weekly' then interval '7 days' else interval '1 day' end) as since) as news),
        next_digest_at = next_digest_at(${now}, last_digest_on, frequency, weekday, hour, time_zone)
      where id = ${subscriptionId} and state = 'pending' and exists (
        select from confirmations where token_hash = ${tokenHash} and confirmed_at is null and expires_at > ${now})
      returning subscriber_id`.execute(trx)
    const [row] = rows
    if (!row) return false // confirmed, ended or asked for anew in the meantime
    // The spelling that confirmed is the one that is mailed: local parts may differ by case (RFC 5321 §2.4).
    await sql`
      update subscribers set email = m.to_email from messages m join confirmations c on c.id = m.confirmation_id
      where c.token_hash = ${tokenHash} and subscribers.id = c.subscriber_id and subscribers.email_key = ${addressKeyIn('m.to_email')}`.execute(
      trx,
    )
    await sql`
      with done as (
        update confirmations set confirmed_at = ${now} where token_hash = ${tokenHash} returning id, subscription_id)
      insert into welcomes (confirmation_id, subscription_id, created_at) select id, subscription_id, ${now} from done
      on conflict do nothing`.execute(trx)
    await recordConsent(trx, context, { kind: 'confirmed', subscriberId: row.subscriber_id, subscriptionId, evidence })
    return true
  })
  return isConfirmed ? { ...confirmation, isActive: true } : findConfirmation(context, token)
}
