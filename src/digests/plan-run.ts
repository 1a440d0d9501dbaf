// A run, slice by slice. A reader whose row breaks the slice that they are in costs themselves only.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { DigestRun } from './open-run.ts'
import { findDue, isDueIn, planSlice, type Slice, type SliceResult } from './plan-slice.ts'

export type PlanRunOptions = {
  readonly scheduledAt: Date
  readonly signal: AbortSignal
  readonly sliceSize?: number
  /** Told of each slice. */
  readonly onSlice: (slice: SliceResult) => void
}

const defaultSliceSize = 10_000
/** Slices planned at once: PostgreSQL gives one core to each. */
const lanes = 2
/** By how much a slice that fails is made smaller, and one that does not is made larger again. */
const factor = 8
/** More than these are not a few bad rows: the run is left as it is, rather than tried reader by reader. */
const mostBroken = 100

/**
 * Plans all who are due in a run. Where up to 100 of them break their slices, all others are planned before it throws what
 * the first of them threw; they are tried again by the next call.
 */
export async function planRun(context: Context, run: DigestRun, options: PlanRunOptions): Promise<void> {
  const broken: { readonly id: number; readonly error: unknown }[] = []
  const lane = () => planSlices(context, run, options, broken)
  // All lanes end before an error is told, so that none goes on behind it.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  const [first] = broken
  if (first) throw first.error
  await sql`
    update digest_runs set planned_at = ${context.clock.sqlNow}
    where id = ${run.id} and planned_at is null and (
      select id from subscriptions where ${isDueIn(run)} order by next_digest_at, newsletter_id limit 1) is null`.execute(
    context.db,
  )
}

async function planSlices(
  context: Context,
  run: DigestRun,
  { scheduledAt, signal, sliceSize = defaultSliceSize, onSlice }: PlanRunOptions,
  broken: { readonly id: number; readonly error: unknown }[],
): Promise<void> {
  let size = sliceSize
  while (!signal.aborted) {
    const except = broken.map(({ id }) => id)
    const only = size > 1 ? undefined : await findDue(context, run, { except })
    if (size <= 1 && only === undefined) return
    const slice: Slice = only === undefined ? { size, except } : { only }
    try {
      const planned = await planSlice(context, run, scheduledAt, slice)
      if (planned.due === 0 && only === undefined) return
      onSlice(planned)
      size = Math.min(size * factor, sliceSize)
    } catch (error) {
      if (!isOfRows(error) || broken.length >= mostBroken) throw error
      size = Math.max(1, Math.floor(size / factor))
      if (only === undefined) continue
      context.log.error('reader_not_planned', { run: run.id, subscription: only, code: codeOf(error) })
      broken.push({ id: only, error })
    }
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** What the rows are at fault for, and not the server, the connection or another worker: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isOfRows = (error: unknown) => /^(22|23|P0)/.test(codeOf(error))
