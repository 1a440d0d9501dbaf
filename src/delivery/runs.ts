// Runs as an operator sees them.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database, ExclusionReason, InTransaction, MessageState } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { dueCount, type RunStatus, runStatus } from './run-status.ts'

export type Run = {
  readonly id: number
  readonly newsletter: string
  readonly scheduledFor: Date
  readonly windowEnd: Date
  readonly createdAt: Date
  readonly pausedAt: Date | null
  readonly canceledAt: Date | null
  readonly status: RunStatus
  /** Everyone planned: the sum of `messages` and `exclusions`. */
  readonly due: number
  /** Due, but not planned yet; not part of `due`. */
  readonly unplanned: number
  readonly messages: Readonly<Record<MessageState, number>>
  readonly exclusions: Readonly<Record<ExclusionReason, number>>
  /** The canceled messages by reason. */
  readonly canceledBecause: Readonly<Record<string, number>>
}

/** The newest runs, newest first. */
export function listRuns(context: Context, { limit }: { readonly limit: number }): Promise<Run[]> {
  return readRuns(context.db, sql`order by r.scheduled_for desc, r.id desc limit ${limit}`)
}

/** Throws {@link PublicError} when there is no such run. */
export function getRun(context: Context, id: number): Promise<Run> {
  return readRun(context.db, id)
}

/** Until the transaction ends, nothing is planned into the run, released into it, or decided about it by others. */
export async function lockRun(trx: InTransaction, id: number): Promise<Run> {
  await sql`select from digest_runs where id = ${id} for no key update`.execute(trx)
  return readRun(trx, id)
}

export async function readRun(db: Database | InTransaction, id: number): Promise<Run> {
  const [run] = await readRuns(db, sql`where r.id = ${id}`)
  if (!run) throw new PublicError('not_found', `There is no run ${id}: newsmatro runs list shows which there are.`)
  return run
}

type RunRow = {
  id: number
  newsletter: string
  scheduled_for: Date
  window_end: Date
  created_at: Date
  paused_at: Date | null
  canceled_at: Date | null
  unplanned: number
  messages: Partial<Record<MessageState, number>>
  exclusions: Partial<Record<ExclusionReason, number>>
  canceled_because: Record<string, number>
}

/** Of a subscription `s`: it is due in the run `r`, and no planner has taken it. */
export const isUnplanned = sql`s.state = 'active' and s.newsletter_id = r.newsletter_id and s.next_digest_at = r.scheduled_for`

/** One statement, so that its counts are of one moment and add up while others are sending. */
async function readRuns(db: Database | InTransaction, selection: ReturnType<typeof sql>): Promise<Run[]> {
  const { rows } = await sql<RunRow>`
    with chosen as (select r.* from digest_runs r ${selection})
    select r.id, n.slug as newsletter, r.scheduled_for, r.window_end, r.created_at, r.paused_at, r.canceled_at,
      (select count(*) from subscriptions s where ${isUnplanned}) as unplanned,
      (select coalesce(jsonb_object_agg(state, readers), '{}') from (
        select state, count(*) as readers from messages m where m.run_id = r.id and m.state <> 'pending' group by state
        union all
        select 'pending', count(*) from messages m where m.run_id = r.id and m.state = 'pending' and m.kind = 'digest'
        ) as by_state) as messages,
      (select coalesce(jsonb_object_agg(reason, readers), '{}') from (
        select reason, count(*) as readers from exclusions e where e.run_id = r.id group by reason) as by_reason) as exclusions,
      (select coalesce(jsonb_object_agg(reason, readers), '{}') from (
        select reason, count(*) as readers from messages m
        where m.run_id = r.id and m.state = 'canceled' group by reason) as by_reason) as canceled_because
    from chosen r join newsletters n on n.id = r.newsletter_id
    order by r.scheduled_for desc, r.id desc`.execute(db)
  return rows.map(toRun)
}

function toRun(row: RunRow): Run {
  const messages = { pending: 0, sending: 0, submitted: 0, canceled: 0, failed: 0, unknown: 0, ...row.messages }
  const exclusions = { nothing_new: 0, suppressed: 0, missed: 0, ...row.exclusions }
  const facts = { pausedAt: row.paused_at, canceledAt: row.canceled_at, unplanned: row.unplanned, messages }
  return {
    id: row.id,
    newsletter: row.newsletter,
    scheduledFor: row.scheduled_for,
    windowEnd: row.window_end,
    createdAt: row.created_at,
    ...facts,
    status: runStatus(facts),
    due: dueCount(messages, exclusions),
    exclusions,
    canceledBecause: row.canceled_because,
  }
}
