// A run, slice by slice. A reader whose row breaks the slice that they are in costs themselves only.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { codeOf } from '../platform/errors.ts'
import type { DigestRun } from './open-run.ts'
import { findDue, isDueIn, planSlice, type Slice, type SliceEnd, type SliceResult } from './plan-slice.ts'

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
/** So many readers in a row who cannot be planned are not a few bad rows: the rest is left, rather than tried one by one. */
const mostInARow = 100

/**
 * Plans all who are due in a run. Where some break their slices, all others are planned before it throws what the first of
 * them threw; they are tried again by the next call. After 100 of them in a row it begins at the other end, and after 100 there
 * it gives up.
 */
export async function planRun(context: Context, run: DigestRun, options: PlanRunOptions): Promise<void> {
  const broken: Broken = new Map()
  const lane = () => planSlices(context, run, options, broken)
  // All lanes end before an error is told, so that none goes on behind it.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  for (const error of broken.values()) throw error
  await sql`
    update digest_runs set planned_at = ${context.clock.sqlNow}
    where id = (select id from digest_runs where id = ${run.id} and planned_at is null for no key update skip locked) and (
      select id from subscriptions where ${isDueIn(run)} order by next_digest_at, newsletter_id limit 1) is null`.execute(
    context.db,
  )
}

/** What planning a subscription threw, by its id. */
type Broken = Map<number, unknown>

async function planSlices(
  context: Context,
  run: DigestRun,
  { scheduledAt, signal, sliceSize = defaultSliceSize, onSlice }: PlanRunOptions,
  broken: Broken,
): Promise<void> {
  let size = sliceSize
  let largest = sliceSize
  let end: SliceEnd = 'first'
  let inARow = 0
  while (!signal.aborted) {
    const except = [...broken.keys()]
    const only = size > 1 ? undefined : await findDue(context, run, { end, except })
    if (size <= 1 && only === undefined) return
    const slice: Slice = only === undefined ? { end, size, except } : { only }
    try {
      const planned = await planSlice(context, run, scheduledAt, slice)
      if (!planned) return // an operator is just deciding about the run: the next tick goes on with it
      if (planned.due === 0 && only === undefined) return
      if (planned.due === 0) continue // another lane was faster
      onSlice(planned)
      inARow = 0
      size = Math.min(size * factor, largest)
    } catch (error) {
      const isTooSlow = codeOf(error) === queryCanceled && size > 1
      if (!isOfRows(error) && !isTooSlow) throw error
      size = Math.max(1, Math.floor(size / factor))
      if (isTooSlow) largest = size // a database this slow is given no larger ones again
      if (only === undefined) continue
      if (!broken.has(only)) {
        context.log.error('reader_not_planned', { run: run.id, subscription: only, code: codeOf(error) })
        broken.set(only, error)
      }
      inARow += 1
      if (inARow < mostInARow) continue
      if (end === 'last') throw error
      ;[end, inARow, size] = ['last', 0, largest]
    }
  }
}

/** A statement that took longer than it may. */
const queryCanceled = '57014'

/** What the rows are at fault for, and not the server, the connection or another worker: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const isOfRows = (error: unknown) => /^(22|23|P0)/.test(codeOf(error))
