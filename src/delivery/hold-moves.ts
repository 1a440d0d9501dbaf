import { type RawBuilder, sql } from 'kysely'
import type { InTransaction } from '../platform/database/schema.ts'

/**
 * Waits for readers of these messages who are just moving to another address, and lets none move until the transaction ends:
 * a statement after it sees the address that they have. The lock of a begin, taken in the same order.
 */
export async function holdMoves(trx: InTransaction, ofMessages: RawBuilder<unknown>): Promise<void> {
  await sql`
    select from subscriptions
    where id in (select subscription_id from messages where ${ofMessages})
      and exists (select from address_changes a
        where a.subscriber_id = subscriptions.subscriber_id and a.confirmed_at is null and a.stopped_at is null)
    order by id for share`.execute(trx)
}
