// Addresses never to mail, as the provider's events make them so. What is stored depends on which events there were, not
// on the order in which they came.
import { type RawBuilder, sql } from 'kysely'
import { addressKeyIn } from '../platform/database/address-key.ts'
import type { InTransaction, SuppressionReason } from '../platform/database/schema.ts'

/** Weakest first: of several reasons the strongest is kept, with the time of its first occurrence. */
export const suppressionReasons: readonly SuppressionReason[] = [
  'soft_bounces',
  'provider',
  'hard_bounce',
  'complaint',
  'manual',
]

const softBouncesInARow = 5
const softBounceDays = 14

type Addressee = { readonly subscriberId: number; readonly toEmail: string }

const keyOf = ({ toEmail }: Addressee) => toEmail.toLowerCase()

/**
 * Waits for the mails to these readers that are just being begun, and lets none begin until the transaction ends: the
 * lock that a begin takes. Also for who asked that their mail go to one of these addresses (keys) from now on: that address
 * is mailed about it. To be called before a suppression is written.
 */
export async function holdBegins(
  trx: InTransaction,
  subscriberIds: readonly number[],
  keys: readonly string[],
): Promise<void> {
  await sql`
    select from subscriptions where subscriber_id = any(
      ${subscriberIds}::bigint[]
      || array(select subscriber_id from address_changes where new_email_key = any(${keys}::text[]) and confirmed_at is null))
    order by id for no key update`.execute(trx)
}

/** Suppresses an address and takes back what is waiting for it. */
export async function suppress(
  trx: InTransaction,
  to: Addressee,
  reason: Exclude<SuppressionReason, 'soft_bounces'>,
  occurredAt: Date,
  now: RawBuilder<Date>,
): Promise<void> {
  await holdBegins(trx, [to.subscriberId], [keyOf(to)])
  await sql`
    insert into suppressions (email_key, reason, created_at) values (${keyOf(to)}, ${reason}, ${occurredAt})
    on conflict (email_key) do update set reason = excluded.reason, created_at = case
      when suppressions.reason = excluded.reason then least(suppressions.created_at, excluded.created_at)
      else excluded.created_at end
    where array_position(${suppressionReasons}::text[], suppressions.reason) <= array_position(${suppressionReasons}::text[], excluded.reason)`.execute(
    trx,
  )
  await cancelPending(trx, [to.subscriberId], [keyOf(to)], now)
}

/**
 * Suppresses an address that bounced softly five times within 14 days, without a delivery since; lifts that again when a
 * delivery turns up that came after them. Bounces until an operator took the address off the list no longer count. What
 * waits is canceled by the next claim, not here: it is still sent when the suppression is lifted before that. The
 * subscriber's row has to be locked.
 */
export async function weighSoftBounces(trx: InTransaction, to: Addressee): Promise<void> {
  // Where somebody else has the address now, what bounces to them counts.
  const { rows: others } = await sql`
    select from subscribers where email_key = ${keyOf(to)} and id <> ${to.subscriberId}`.execute(trx)
  if (others.length > 0) return
  const { rows } = await sql<{ full_at: Date | null }>`
    with soft as (
      select bounced_at from messages
      where subscriber_id = ${to.subscriberId} and bounce_kind = 'soft' and ${addressKeyIn('to_email')} = ${keyOf(to)}
        and bounced_at > coalesce(
          (select suppression_lifted_at from subscribers where id = ${to.subscriberId}), '-infinity')
    ), since as (
      select max(delivered_at) as delivered_at from (
        select max(m.delivered_at) as delivered_at from subscriptions s join messages m on m.subscription_id = s.id
        where s.subscriber_id = ${to.subscriberId} and m.run_id is not null and ${addressKeyIn('m.to_email')} = ${keyOf(to)}
          and exists (select from soft)
        union all
        select max(m.delivered_at) from confirmations c join messages m on m.confirmation_id = c.id
        where c.subscriber_id = ${to.subscriberId} and ${addressKeyIn('m.to_email')} = ${keyOf(to)} and exists (select from soft)
        union all
        select max(delivered_at) from messages
        where subscriber_id = ${to.subscriberId} and kind not in ('digest', 'confirmation')
          and ${addressKeyIn('to_email')} = ${keyOf(to)} and exists (select from soft)
      ) as deliveries
    ), in_a_row as (
      select bounced_at, lag(bounced_at, ${softBouncesInARow - 1}) over (order by bounced_at) as first_at
      from soft, since where soft.bounced_at > since.delivered_at or since.delivered_at is null
    )
    select min(bounced_at) as full_at from in_a_row
    where bounced_at <= first_at + make_interval(days => ${softBounceDays})`.execute(trx)
  const fullAt = rows[0]?.full_at ?? null
  if (fullAt === null) {
    await sql`delete from suppressions where email_key = ${keyOf(to)} and reason = 'soft_bounces'`.execute(trx)
    return
  }
  await holdBegins(trx, [to.subscriberId], [keyOf(to)])
  await sql`
    insert into suppressions (email_key, reason, created_at) values (${keyOf(to)}, 'soft_bounces', ${fullAt})
    on conflict (email_key) do update set created_at = excluded.created_at where suppressions.reason = 'soft_bounces'`.execute(
    trx,
  )
}

/**
 * Takes back what waits for these addresses (keys) of these readers. Looks for it over the readers, as there is no index on
 * the address of a message. Returns how many.
 */
export async function cancelPending(
  trx: InTransaction,
  subscriberIds: readonly number[],
  keys: readonly string[],
  now: RawBuilder<Date>,
): Promise<number> {
  const { numAffectedRows } = await sql`
    with waiting as (
      select m.id from subscriptions s join messages m on m.subscription_id = s.id
      where s.subscriber_id = any(${subscriberIds}::bigint[]) and m.run_id is not null and m.state = 'pending'
      union all
      select m.id from confirmations c join messages m on m.confirmation_id = c.id
      where c.subscriber_id = any(${subscriberIds}::bigint[]) and m.state = 'pending'
      union all
      select id from messages
      where subscriber_id = any(${subscriberIds}::bigint[]) and kind not in ('digest', 'confirmation') and state = 'pending'
    ), locked as (
      select id from messages
      where id in (select id from waiting) and state = 'pending' and ${addressKeyIn('to_email')} = any(${keys}::text[])
      order by id for no key update
    )
    update messages set state = 'canceled', reason = 'suppressed', settled_at = ${now}
    from locked where messages.id = locked.id`.execute(trx)
  return Number(numAffectedRows ?? 0n)
}
