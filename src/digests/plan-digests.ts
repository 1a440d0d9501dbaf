import { sql } from 'kysely'
import type { Context, JobOptions } from '../platform/context.ts'
import type { ExclusionReason } from '../platform/database/schema.ts'
import { openRun } from './open-run.ts'
import { planRun } from './plan-run.ts'
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
    try {
      const run = await openRun(context, slot.newsletterId, slot.scheduledFor)
      await planRun(context, run, {
        ...options,
        onSlice: ({ due, messages, excluded }) => {
          result.due += due
          result.messages += messages
          for (const reason of ['nothing_new', 'suppressed', 'missed'] as const) {
            result.excluded[reason] += excluded[reason]
          }
          options.onProgress?.(result)
        },
      })
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
