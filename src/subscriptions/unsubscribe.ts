import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { type Evidence, recordConsent } from './consent.ts'

/**
 * Ends a subscription and takes back what is still waiting to be sent, in one transaction. Idempotent, also for a
 * subscription that is gone: whoever presses the button twice is told the same.
 */
export async function unsubscribe(
  context: Context,
  subscriptionId: number,
  kind: 'unsubscribed_one_click' | 'unsubscribed_page',
  evidence: Evidence,
): Promise<void> {
  await context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const { rows } = await sql<{ subscriber_id: number }>`
      update subscriptions set state = 'ended', ended_reason = 'unsubscribed', ended_at = ${now}, next_digest_at = null
      where id = ${subscriptionId} and state <> 'ended'
      returning subscriber_id`.execute(trx)
    const [row] = rows
    if (!row) return
    await sql`
      update messages set state = 'canceled', reason = 'unsubscribed', settled_at = ${now}
      where state = 'pending' and id in (
        select id from messages where subscription_id = ${subscriptionId} and run_id is not null
        union all
        select m.id from messages m join confirmations c on c.id = m.confirmation_id 
        where c.subscriber_id = ${row.subscriber_id} and c.subscription_id = ${subscriptionId})`.execute(trx)
    await recordConsent(trx, context, { kind, subscriberId: row.subscriber_id, subscriptionId, evidence })
  })
}
