// Mail that waits, though nobody holds it.
import { sql } from 'kysely'
import { warmUpStanding } from '../delivery/warm-up.ts'
import { type Clock, sqlBound } from '../platform/clock.ts'
import type { InTransaction } from '../platform/database/schema.ts'
import { ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration, some } from './words.ts'

const patienceSeconds = 900
/** A batch was claimed so recently: somebody is at it, and a large run takes its time. */
const atItSeconds = 300
const most = 10_000
const mostRuns = 100
const longPauseSeconds = 86_400

type WaitingRun = { id: number; paused_for: number | null; waiting_for: number; messages: number }

/** The oldest runs with digests that nobody has begun to send: from run to run over the index, whatever the number of messages. */
async function waitingRuns(clock: Clock, trx: InTransaction): Promise<WaitingRun[]> {
  const now = clock.sqlNow
  const { rows } = await sql<WaitingRun>`
    with recursive waiting as (
      (select run_id, 1 as hop from messages where state = 'pending' and kind = 'digest' order by run_id limit 1)
      union all
      select (select m.run_id from messages m where m.state = 'pending' and m.kind = 'digest' and m.run_id > waiting.run_id
        order by m.run_id limit 1), hop + 1
      from waiting where waiting.run_id is not null and hop < ${mostRuns}
    )
    select d.id, extract(epoch from ${now} - d.paused_at)::float8 as paused_for,
      extract(epoch from ${now} - oldest.created_at)::float8 as waiting_for, counted.messages
    from waiting w join digest_runs d on d.id = w.run_id,
      lateral (select m.created_at from messages m
        where m.run_id between d.id and d.id and m.state = 'pending' and m.kind = 'digest'
        order by m.run_id, m.id limit 1) as oldest,
      lateral (select count(*) as messages from (select from messages m
        where m.run_id between d.id and d.id and m.state = 'pending' and m.kind = 'digest'
        limit ${most + 1}) as first) as counted
    where d.canceled_at is null
    order by d.id`.execute(trx)
  return rows
}

export const waitingCheck: RowCheck = {
  name: 'waiting-mail',
  since: '2026-11-25-provider-limits',
  async look({ config, clock }, trx) {
    const now = clock.sqlNow
    const { rows } = await sql<{ singles: number; waiting_for: number | null; at_it: boolean }>`
      select count(*) as singles, max(extract(epoch from ${now} - created_at))::float8 as waiting_for,
        coalesce((select max(claimed_at) from batches where endpoint = 'emails/batch')
          > ${now} - make_interval(secs => ${atItSeconds}), false) as at_it
      from (select created_at from messages where state = 'pending' and kind <> 'digest' order by id limit ${most + 1}) as oldest
      where created_at < ${now} - make_interval(secs => ${patienceSeconds})`.execute(trx)
    const [confirmations] = rows
    if (confirmations && confirmations.singles > 0) {
      return problem(
        `${counted(confirmations.singles, 'transactional mail', most)}, the oldest for ${duration(confirmations.waiting_for ?? 0)}`,
        'See that newsmatro start is running, that sending is not paused, and its log for job_failed.',
      )
    }
    const runs = (await waitingRuns(clock, trx)).filter(
      (run) => run.paused_for === null && run.waiting_for > patienceSeconds,
    )
    if (runs.length === 0) return ok(`nothing for more than ${duration(patienceSeconds)}`)
    const found = some(
      runs.map(
        ({ id, messages, waiting_for }) =>
          `run ${id}: ${counted(messages, 'digest', most)}, for ${duration(waiting_for)}`,
      ),
    )
    if (confirmations?.at_it) return ok(`${found}; they are being sent`)
    const warmUp = await warmUpStanding({ config, clock }, trx)
    if (warmUp && warmUp.cap !== null && warmUp.used >= warmUp.cap) {
      return warning(found, 'The warm-up allows no more today: they go from 00:00 UTC on.')
    }
    return problem(
      found,
      'See that newsmatro start is running, that sending is not paused, and its log for job_failed.',
    )
  },
}

/** What is put off to a later day has a later `due_at`. */
export const lettersCheck: RowCheck = {
  name: 'owed-letters',
  since: '2026-12-15-welcomes',
  async look({ clock }, trx) {
    const before = sql`${sqlBound(clock)} - make_interval(secs => ${patienceSeconds})`
    const { rows } = await sql<{ letters: number; late: number | null }>`
      select count(*) as letters, extract(epoch from ${clock.sqlNow} - min(since))::float8 as late from (
        (select created_at as since from welcomes where settled_at is null and created_at < ${before} limit ${most + 1})
        union all
        (select due_at from change_notices where due_at < ${before} order by due_at limit ${most + 1})) as owed`.execute(
      trx,
    )
    const { letters = 0, late = 0 } = rows[0] ?? {}
    if (letters === 0) return ok(`none for more than ${duration(patienceSeconds)}`)
    return problem(
      `${counted(letters, 'letter', most)} to single readers not written, the oldest for ${duration(late ?? 0)}`,
      'See that newsmatro start is running, and its log for job_failed.',
    )
  },
}

export const pausedRunsCheck: RowCheck = {
  name: 'paused-runs',
  since: '2026-11-23-first',
  async look({ clock }, trx) {
    const runs = (await waitingRuns(clock, trx)).filter(({ paused_for: seconds }) => seconds !== null)
    const long = runs.filter(({ paused_for: seconds }) => (seconds ?? 0) > longPauseSeconds)
    if (long.length === 0)
      return ok(runs.length === 0 ? 'none' : `run ${some(runs.map(({ id }) => id))}, for less than a day`)
    return warning(
      some(long.map(({ id, paused_for }) => `run ${id}, for ${duration(paused_for ?? 0)}`)),
      `newsmatro runs resume ${long[0]?.id} lets it go on, newsmatro runs cancel ${long[0]?.id} calls it off.`,
    )
  },
}
