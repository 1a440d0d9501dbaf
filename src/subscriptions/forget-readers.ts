import { sql } from 'kysely'
import { finishErasures } from '../delivery/erased-mail.ts'
import type { Context, JobOptions } from '../platform/context.ts'

/** Longer than any limit on mails to a new address counts. */
const keptDays = 31

/**
 * Forgets what is left of readers who were erased once their last mails have an answer, and the addresses that readers
 * entered as new ones a month ago. Returns of how many.
 */
export async function forgetReaders(
  context: Context,
  options: JobOptions,
): Promise<{ erasuresFinished: number; addressesForgotten: number }> {
  const erasuresFinished = await finishErasures(context, options)
  const { numAffectedRows } = await sql`
    update address_changes set new_email = null, new_email_key = null,
      stopped_at = case when confirmed_at is null then coalesce(stopped_at, expires_at) else stopped_at end
    where new_email is not null and requested_at < ${context.clock.sqlNow} - make_interval(days => ${keptDays})`.execute(
    context.db,
  )
  return { erasuresFinished, addressesForgotten: Number(numAffectedRows ?? 0n) }
}
