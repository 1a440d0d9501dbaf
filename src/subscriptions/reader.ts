// The reader of a subscription: who they are, their lock, and whether they may be mailed.
import { sql } from 'kysely'
import type { Database, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'

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

/** Who a subscription is for, and of what. Throws `not_found`, also for a reader who was erased. */
export async function getReader(
  db: Database,
  subscriptionId: number,
): Promise<{ id: number; email: string; timeZone: string; language: string; newsletterName: string }> {
  const reader = await db
    .selectFrom('subscriptions as s')
    .innerJoin('subscribers as r', 'r.id', 's.subscriber_id')
    .innerJoin('newsletters as n', 'n.id', 's.newsletter_id')
    .select(['r.id', 'r.email', 's.time_zone as timeZone', 's.language', 'n.name as newsletterName'])
    .where('s.id', '=', subscriptionId)
    .where('r.erased_at', 'is', null)
    .executeTakeFirst()
  if (!reader) throw new PublicError('not_found', 'There is no such subscription any more.')
  return reader
}

/** What a reader is spoken to in; English for one who was erased, too. */
export async function languageOf(db: Database, subscriptionId: number): Promise<string> {
  const found = await db
    .selectFrom('subscriptions')
    .select('language')
    .where('id', '=', subscriptionId)
    .executeTakeFirst()
  return found?.language ?? 'en'
}

/** To be asked in a statement after the one that locks the reader, which sees what was committed until then. */
export async function isSuppressed(db: Database | InTransaction, subscriberId: number): Promise<boolean> {
  const { rows } = await sql`
    select from suppressions x join subscribers r on r.email_key = x.email_key where r.id = ${subscriberId}`.execute(db)
  return rows.length > 0
}

type Leaving = {
  newsletter: { id: number; slug: string }
  newsletterName: string
  language: string
  isEnded: boolean
  hasOthers: boolean
}

/** What there is to unsubscribe from; undefined where there is no such subscription, also for a reader who was erased. */
export async function findSubscription(db: Database, subscriptionId: number): Promise<Leaving | undefined> {
  const { rows } = await sql<Leaving>`
    select json_build_object('id', n.id, 'slug', n.slug) as newsletter, n.name as "newsletterName", s.language,
      s.state = 'ended' as "isEnded", exists (
      select from subscriptions o where o.subscriber_id = s.subscriber_id and o.id <> s.id and o.state = 'active') as "hasOthers"
    from subscriptions s join newsletters n on n.id = s.newsletter_id
    where s.id = ${subscriptionId} and s.ended_reason is distinct from 'erased'`.execute(db)
  return rows[0]
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
export const shownEvents = 200

/** A reader's history of consent, the newest first. */
export async function consentHistory(db: Database, subscriberId: number): Promise<ConsentEntry[]> {
  const { rows } = await sql<ConsentEntry>`
    select e.kind, e.occurred_at as "occurredAt", n.name as "newsletterName", t.body as text, e.source, e.ip
    from consent_events e join subscriptions s on s.id = e.subscription_id join newsletters n on n.id = s.newsletter_id
      left join consent_texts t on t.hash = e.consent_text_hash
    where e.subscriber_id = ${subscriberId}
    order by e.id desc limit ${shownEvents}`.execute(db)
  return rows
}
