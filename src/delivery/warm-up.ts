// A new domain begins with few mails a day: mailbox providers distrust a sender that is suddenly loud.
import { sql } from 'kysely'
import type { Config, WarmUp } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import { takeLock } from '../platform/database/row-lock.ts'
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
  const { warmUp } = context.config
  if (!warmUp) return null
  const domain = senderDomain(context.config)
  await takeLock(trx, `warm-up ${domain}`)
  const { rows: started } = await sql<{ day: number }>`
    select ${today(context)} - started_on as day from warm_ups where domain = ${domain}`.execute(trx)
  const cap = warmUpCap(warmUp, started[0]?.day ?? 0)
  return cap === null ? null : Math.max(0, cap - (await usedToday(context, trx)))
}

/** Notes the first day on which digests were accepted. */
export async function beginWarmUp(context: Context): Promise<void> {
  await sql`
    insert into warm_ups (domain, started_on) values (${senderDomain(context.config)}, ${today(context)})
    on conflict do nothing`.execute(context.db)
}

export type WarmUpStanding = {
  /** 0 on the first day, and before it. */
  readonly day: number
  /** Null once the warm-up is over. */
  readonly cap: number | null
  readonly used: number
}

/** Where the warm-up stands, without beginning it; null when there is none. */
export async function warmUpStanding(
  context: Pick<Context, 'config' | 'clock'>,
  trx: InTransaction,
): Promise<WarmUpStanding | null> {
  const { warmUp } = context.config
  if (!warmUp) return null
  const { rows } = await sql<{ day: number }>`
    select ${today(context)} - started_on as day from warm_ups where domain = ${senderDomain(context.config)}`.execute(
    trx,
  )
  const day = rows[0]?.day ?? 0
  return { day, cap: warmUpCap(warmUp, day), used: await usedToday(context, trx) }
}

/** The domain that a sender's reputation belongs to, in lower case. */
export function senderDomain({ senderAddress }: Pick<Config, 'senderAddress'>): string {
  return senderAddress.split('@').at(-1)?.toLowerCase() ?? ''
}

const today = ({ clock }: Pick<Context, 'clock'>) => sql`(${clock.sqlNow} at time zone 'UTC')::date`

async function usedToday(context: Pick<Context, 'clock'>, trx: InTransaction): Promise<number> {
  const { rows } = await sql<{ used: number }>`
    select coalesce(sum(message_count), 0)::bigint as used from batches
    where endpoint = 'emails/batch' and state <> 'refused'
      and claimed_at >= (select ${today(context)}::timestamp at time zone 'UTC')`.execute(trx)
  return rows[0]?.used ?? 0
}
