// A new domain begins with few mails a day: mailbox providers distrust a sender that is suddenly loud.
import { sql } from 'kysely'
import type { WarmUp } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'

const daysToDouble = 3

/** The most digests on a day of the warm-up, its first being 0: doubled every three days. Null once it is over. */
export function warmUpCap({ firstDay, days }: WarmUp, day: number): number | null {
  return day < days ? Math.floor(firstDay * 2 ** (day / daysToDouble)) : null
}

/**
 * How many more digests may be sent today (UTC), or null when any number may. Until the transaction ends no other
 * claims under the same warm-up, so that together they keep to it.
 */
export async function warmUpRoom(context: Context, trx: InTransaction): Promise<number | null> {
  const { warmUp, contactAddress } = context.config
  if (!warmUp) return null
  const domain = contactAddress.split('@').at(-1)?.toLowerCase() ?? ''
  const today = sql`(${context.clock.sqlNow} at time zone 'UTC')::date`
  await sql`insert into warm_ups (domain, started_on) values (${domain}, ${today}) on conflict do nothing`.execute(trx)
  const { rows: started } = await sql<{ day: number }>`
    select ${today} - started_on as day from warm_ups where domain = ${domain} for no key update`.execute(trx)
  const cap = warmUpCap(warmUp, started[0]?.day ?? 0)
  if (cap === null) return null
  const { rows } = await sql<{ used: number }>`
    select coalesce(sum(message_count), 0)::bigint as used from batches
    where endpoint = 'emails/batch' and state <> 'refused' and claimed_at >= ${today}::timestamp at time zone 'UTC'`.execute(
    trx,
  )
  return Math.max(0, cap - (rows[0]?.used ?? 0))
}
