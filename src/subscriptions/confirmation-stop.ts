// The circuit breaker: however many places and addresses an attack has, an hour sees no more confirmations than configured.
import { sql } from 'kysely'
import { sqlBound } from '../platform/clock.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { inMinutes } from './sign-up-limits.ts'

/** Thrown inside the transaction of a sign-up that would be one too many. */
export class HourIsFull extends Error {
  override readonly name = 'HourIsFull'
}

/** Throws `unavailable`, with the seconds to wait, while sign-ups are stopped. */
export async function checkStop(context: Context): Promise<void> {
  const { rows } = await sql<{ seconds: number }>`
    select ceil(extract(epoch from stopped_until - ${context.clock.sqlNow}))::integer as seconds
    from confirmation_stop where is_only and stopped_until > ${context.clock.sqlNow}`.execute(context.db)
  if (rows[0]) throw stopped(rows[0].seconds)
}

/**
 * Throws {@link HourIsFull} when the last hour had as many confirmations as it may have without the `added` ones of this
 * transaction. To be called last: until the transaction ends all other sign-ups wait, so that they count what it added.
 */
export async function keepToHourlyLimit(trx: InTransaction, context: Context, added: 0 | 1): Promise<void> {
  const { confirmationsPerHour } = context.config
  // Where there is a row it is locked, and stays as it is.
  await sql`
    insert into confirmation_stop default values on conflict (is_only) do update set is_only = true where false`.execute(
    trx,
  )
  const { rows } = await sql`
    select from confirmations where requested_at > ${sqlBound(context.clock)} - interval '1 hour'
    order by requested_at desc offset ${confirmationsPerHour - 1 + added} limit 1`.execute(trx)
  if (rows.length > 0) throw new HourIsFull('the hour has as many confirmations as it may have')
}

/**
 * Stops sign-ups until no more than half of the limit is left in the last hour, and logs it, once however many find the hour
 * full. Throws `unavailable`, with the seconds to wait.
 */
export async function stopConfirmations(context: Context): Promise<never> {
  const { confirmationsPerHour } = context.config
  const now = context.clock.sqlNow
  const { rows } = await sql<{ stopped_until: Date }>`
    insert into confirmation_stop as stop (stopped_until)
    select requested_at + interval '1 hour' from confirmations where requested_at > ${sqlBound(context.clock)} - interval '1 hour'
    order by requested_at desc offset ${Math.floor(confirmationsPerHour / 2)} limit 1
    on conflict (is_only) do update set stopped_until = excluded.stopped_until
    where stop.stopped_until is null or stop.stopped_until <= ${now}
    returning stopped_until`.execute(context.db)
  if (rows[0]) {
    context.log.warn('confirmations_stopped', {
      perHour: confirmationsPerHour,
      until: rows[0].stopped_until.toISOString(),
    })
  }
  await checkStop(context)
  throw stopped(1) // the hour was over in between
}

function stopped(retryAfterSeconds: number): PublicError {
  return new PublicError(
    'unavailable',
    `So many sign-ups came in the last hour that we take no more for now. Nothing was sent. Please try again ${inMinutes(retryAfterSeconds)}.`,
    { retryAfterSeconds },
  )
}
