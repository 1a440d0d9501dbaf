import { sql } from 'kysely'
import { finishErasures } from '../delivery/erased-mail.ts'
import { sqlBound } from '../platform/clock.ts'
import type { Context, JobOptions } from '../platform/context.ts'
import { eraseReader } from './erase.ts'
import { undoHours } from './unsubscribe.ts'

/** Longer than any limit on mails to a new address, or to one that never confirmed, counts. */
const keptDays = 31
/** At a time: the next minute goes on. */
const mostUnconfirmed = 500

/**
 * Forgets what is left of readers who were erased once their last mails have an answer, the addresses that readers entered
 * as new ones a month ago, and whoever asked a month ago and never confirmed. Returns of how many.
 */
export async function forgetReaders(
  context: Context,
  options: JobOptions,
): Promise<{ erasuresFinished: number; addressesForgotten: number; unconfirmedForgotten: number }> {
  const erasuresFinished = await finishErasures(context, options)
  const { numAffectedRows } = await sql`
    update address_changes set new_email = null, new_email_key = null, old_email_key = null,
      stopped_at = case when confirmed_at is null then coalesce(stopped_at, expires_at) else stopped_at end
    where new_email is not null and requested_at < ${sqlBound(context.clock)} - make_interval(days => ${keptDays})`.execute(
    context.db,
  )
  // What can be undone no more.
  await sql`
    update subscriptions set left_as = null
    where left_as is not null and coalesce(
      (left_as ->> 'ended_at')::timestamptz, '-infinity') <= ${context.clock.sqlNow} - make_interval(hours => ${undoHours})`.execute(
    context.db,
  )
  return {
    erasuresFinished,
    addressesForgotten: Number(numAffectedRows ?? 0n),
    unconfirmedForgotten: await forgetUnconfirmed(context, options),
  }
}

/** As readers have themselves erased: of a suppressed address a keyed hash stays. */
async function forgetUnconfirmed(context: Context, { signal }: JobOptions): Promise<number> {
  const since = sql<Date>`${sqlBound(context.clock)} - make_interval(days => ${keptDays})`
  const { rows } = await sql<{ id: number }>`
    select s.id from subscriptions s
    where s.confirmed_at is null and s.ended_reason is distinct from 'erased' and s.created_at < ${since}
      and not exists (
        select from confirmations c where c.subscriber_id = s.subscriber_id and c.requested_at >= ${since})
      and not exists (
        select from subscriptions o where o.subscriber_id = s.subscriber_id and o.confirmed_at is not null)
    order by s.created_at limit ${mostUnconfirmed}`.execute(context.db)
  let forgotten = 0
  for (const { id } of rows) {
    if (signal.aborted) break
    await eraseReader(context, id, { source: 'service', ip: null, userAgent: null }, { ifSilentSince: since })
    forgotten += 1
  }
  return forgotten
}
