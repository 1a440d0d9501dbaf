import { sql } from 'kysely'
import type { Context, JobOptions } from '../platform/context.ts'
import type { ExclusionReason } from '../platform/database/schema.ts'
import { type DigestRun, openRun } from './open-run.ts'
import { planSlice } from './plan-slice.ts'
import { renderDigests } from './render-digests.ts'

export type PlanResult = {
  runs: number
  due: number
  messages: number
  excluded: Record<ExclusionReason, number>
  /** Digests rendered now. */
  digests: number
  renderFailures: number
}

const defaultSliceSize = 10_000
/** Slices planned at once: PostgreSQL gives one core to each. */
const lanes = 2

/**
 * Plans everyone who is due at the slot, also those of slots that were missed, then renders the new digests. Several
 * processes may do it at once: each reader is planned by one of them.
 */
export async function planDigests(
  context: Context,
  options: JobOptions & { readonly sliceSize?: number; readonly onProgress?: (result: Readonly<PlanResult>) => void },
): Promise<PlanResult> {
  const result: PlanResult = {
    runs: 0,
    due: 0,
    messages: 0,
    excluded: { nothing_new: 0, suppressed: 0, missed: 0 },
    digests: 0,
    renderFailures: 0,
  }
  const failures: unknown[] = []
  let previous: DueSlot | undefined
  while (!options.signal.aborted) {
    const slot = await nextDueSlot(context, options.scheduledAt, previous)
    if (!slot) break
    previous = slot
    const run = await openRun(context, slot.newsletterId, slot.scheduledFor)
    try {
      await planRun(context, run, options, result)
      result.runs += 1
    } catch (error) {
      failures.push(error) // the others do not wait for it; the next tick tries it again
    }
  }
  const rendered = await renderDigests(context, options.signal)
  result.digests = rendered.rendered
  result.renderFailures = rendered.failed
  options.onProgress?.(result)
  if (failures.length > 0) throw failures[0]
  return result
}

type DueSlot = { readonly newsletterId: number; readonly scheduledFor: Date }

/** The oldest slot with a reader due, after the one just done: rows that others have locked do not hold us up. */
async function nextDueSlot(
  context: Context,
  scheduledAt: Date,
  previous: DueSlot | undefined,
): Promise<DueSlot | undefined> {
  const later = previous
    ? sql`(next_digest_at, newsletter_id) > (${previous.scheduledFor}, ${previous.newsletterId})`
    : sql`true`
  const { rows } = await sql<{ next_digest_at: Date; newsletter_id: number }>`
    select next_digest_at, newsletter_id from subscriptions
    where state = 'active' and next_digest_at <= ${scheduledAt} and ${later}
    order by next_digest_at, newsletter_id limit 1`.execute(context.db)
  const [row] = rows
  return row && { newsletterId: row.newsletter_id, scheduledFor: row.next_digest_at }
}

async function planRun(
  context: Context,
  run: DigestRun,
  options: Parameters<typeof planDigests>[1],
  result: PlanResult,
): Promise<void> {
  const lane = async () => {
    while (!options.signal.aborted) {
      const slice = await planSlice(context, run, options.scheduledAt, options.sliceSize ?? defaultSliceSize)
      if (slice.due === 0) return
      result.due += slice.due
      result.messages += slice.messages
      for (const reason of ['nothing_new', 'suppressed', 'missed'] as const)
        result.excluded[reason] += slice.excluded[reason]
      options.onProgress?.(result)
    }
  }
  // All lanes end before an error is told, so that none goes on behind it.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  const slot = sql`(${run.scheduledFor}::timestamptz, ${run.newsletterId}::bigint)`
  await sql`
    update digest_runs set planned_at = ${context.clock.sqlNow}
    where id = ${run.id} and planned_at is null and (
      select id from subscriptions
      where state = 'active' and (next_digest_at, newsletter_id) >= ${slot} and (next_digest_at, newsletter_id) <= ${slot}
      order by next_digest_at, newsletter_id limit 1) is null`.execute(context.db)
}
