import { sql } from 'kysely'
import type { Context, JobOptions } from '../platform/context.ts'

/** Far longer than an event is repeated (75 hours at most), so that each still counts once. */
const keptDays = 30
const defaultSliceSize = 5_000

/** Forgets events of old; what they led to stays with the messages. Returns how many. */
export async function forgetEvents(
  context: Context,
  options: JobOptions & { readonly sliceSize?: number },
): Promise<{ forgotten: number }> {
  const { signal, sliceSize = defaultSliceSize } = options
  let forgotten = 0
  while (!signal.aborted) {
    const { numAffectedRows } = await sql`
      delete from webhook_events where svix_id in (
        select svix_id from webhook_events where received_at < ${context.clock.sqlNow} - make_interval(days => ${keptDays})
        order by received_at limit ${sliceSize} for update skip locked)`.execute(context.db)
    const slice = Number(numAffectedRows ?? 0n)
    forgotten += slice
    if (slice < sliceSize) break
  }
  return { forgotten }
}
