// The reader of a subscription: their lock, and what the preference center shows of them beyond the one subscription that their link is for.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database, InTransaction } from '../platform/database/schema.ts'

/** Said to readers whose address is suppressed. */
export const notMailed = 'Mail to this address was refused for good, or reported as spam, so we send it no more.'

/**
 * Locks the reader of a subscription, which comes before anything of theirs is changed: whoever suppresses an address locks
 * the reader before their subscriptions, too. Returns their id; undefined when there is no such subscription.
 */
export async function lockReader(trx: InTransaction, subscriptionId: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select id from subscribers where id = (select subscriber_id from subscriptions where id = ${subscriptionId})
    for no key update`.execute(trx)
  return rows[0]?.id
}

/** To be asked in a statement after the one that locks the reader, which sees what was committed until then. */
export async function isSuppressed(db: Database | InTransaction, subscriberId: number): Promise<boolean> {
  const { rows } = await sql`
    select from suppressions x join subscribers r on r.email_key = x.email_key where r.id = ${subscriberId}`.execute(db)
  return rows.length > 0
}

/** Whether there is anything to unsubscribe from. */
export async function isSubscribed(db: Database, subscriptionId: number): Promise<boolean> {
  const row = await db.selectFrom('subscriptions').select('state').where('id', '=', subscriptionId).executeTakeFirst()
  return row !== undefined && row.state !== 'ended'
}

/** The active subscriptions of a reader, the oldest first. */
export async function activeSubscriptions(db: Database, subscriberId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('subscriber_id', '=', subscriberId)
    .where('state', '=', 'active')
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

export type ConsentEntry = {
  readonly kind: string
  readonly occurredAt: Date
  readonly newsletterName: string
  /** The words they agreed to. */
  readonly text: string | null
  readonly source: string
  readonly ip: string | null
}

/** Of a reader's history of consent, on a page. */
export const shownEvents = 50

/** A reader's history of consent, the newest 50 first. */
export async function consentHistory(context: Context, subscriberId: number): Promise<ConsentEntry[]> {
  const { rows } = await sql<ConsentEntry>`
    select e.kind, e.occurred_at as "occurredAt", n.name as "newsletterName", t.body as text, e.source, e.ip
    from consent_events e join subscriptions s on s.id = e.subscription_id join newsletters n on n.id = s.newsletter_id
      left join consent_texts t on t.hash = e.consent_text_hash
    where e.subscriber_id = ${subscriberId}
    order by e.id desc limit ${shownEvents}`.execute(context.db)
  return rows
}
