import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { type ClaimedBatch, leaseSeconds } from './claim-batch.ts'

/**
 * Marks the begin of a batch's first try, and looks at consent once more: the subscriptions' rows are locked while it
 * does, so an unsubscribe is either seen here or committed after the begin. Returns why the try must not begin, or null.
 * What is left is the moment between this commit and the first byte to the provider.
 */
export function beginBatch(context: Context, batch: ClaimedBatch): Promise<'consent changed' | 'lease lost' | null> {
  return context.db.transaction().execute(async (trx) => {
    const now = context.clock.sqlNow
    const { rows } = await sql<{ obstructed: boolean }>`
      with mine as materialized (
        select id from batches where id = ${batch.id} and fence = ${batch.fence} and state = 'sending' and lease_until > ${now}
        for update
      )
      select s.state <> case m.kind when 'digest' then 'active' else 'pending' end
        or exists (select from suppressions x where x.email_key = r.email_key) as obstructed
      from mine
        join messages m on m.batch_id = mine.id
        join subscriptions s on s.id = m.subscription_id
        join subscribers r on r.id = m.subscriber_id
      for share of s`.execute(trx)
    if (rows.length === 0) return 'lease lost'
    if (rows.some(({ obstructed }) => obstructed)) return 'consent changed'
    await sql`
      with begun as (
        update batches set first_tried_at = ${now}, lease_until = ${now} + make_interval(secs => ${leaseSeconds})
        where id = ${batch.id}
        returning id
      )
      insert into consent_events (subscriber_id, subscription_id, kind, occurred_at, source, details)
      select subscriber_id, subscription_id, 'confirmation_sent', ${now}, 'service',
        jsonb_build_object('message', m.id, 'confirmation', confirmation_id)
      from begun join messages m on m.batch_id = begun.id
      where confirmation_id is not null`.execute(trx)
    return null
  })
}
