import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'

/** Longer than a fetch may take and its items may need to be stored. */
const leaseSeconds = 180

/** A feed that this process alone reads until `lease_until`, which is also the lease's fencing number. */
export type LeasedFeed = Row<'feeds'> & { readonly lease_until: Date }

/** Takes the feed that is due for longest and that nobody reads, but for those named; undefined if there is none. */
export function leaseDueFeed(
  context: Context,
  scheduledAt: Date,
  except: readonly number[],
): Promise<LeasedFeed | undefined> {
  const now = sql`greatest(${context.clock.sqlNow}, ${scheduledAt}::timestamptz)`
  return lease(context, sql`next_poll_at <= ${now} and id <> all(${[...except]}::bigint[])`)
}

/** Takes a feed, due or not; undefined if somebody reads it, or if it does not exist. */
export function leaseFeed(context: Context, feedId: number): Promise<LeasedFeed | undefined> {
  return lease(context, sql`id = ${feedId}`)
}

async function lease(context: Context, condition: ReturnType<typeof sql>): Promise<LeasedFeed | undefined> {
  const now = context.clock.sqlNow
  const [high = 0, low = 0] = context.random(2)
  // No two leases of a feed end at the same millisecond, but for one chance in 65,536 where the clock stands still.
  const leaseMs = leaseSeconds * 1000 + high * 256 + low
  const { rows } = await sql<LeasedFeed>`
    with chosen as materialized (
      select id from feeds
      where ${condition} and (lease_until is null or lease_until <= ${now})
      order by next_poll_at, id
      limit 1
      for update skip locked
    )
    update feeds set lease_until = ${now} + ${leaseMs} * interval '1 millisecond'
    from chosen where feeds.id = chosen.id
    returning feeds.*`.execute(context.db)
  return rows[0]
}

/** Locks the feed's row if the lease is still held: a process that stalled for longer than its lease changes nothing. */
export async function holdsLease(trx: InTransaction, feed: LeasedFeed): Promise<boolean> {
  const row = await trx
    .selectFrom('feeds')
    .select('id')
    .where('id', '=', feed.id)
    .where('lease_until', '=', feed.lease_until)
    .forUpdate()
    .executeTakeFirst()
  return row !== undefined
}

/** Gives a lease back before its end, without a word on how the poll went. */
export async function releaseLease(context: Context, feed: LeasedFeed): Promise<void> {
  await context.db
    .updateTable('feeds')
    .set({ lease_until: null })
    .where('id', '=', feed.id)
    .where('lease_until', '=', feed.lease_until)
    .execute()
}
