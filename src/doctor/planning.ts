// Readers whose time has come and whom nobody planned, and digests that nobody could make.
import { sql } from 'kysely'
import { maximumFailures } from '../digests/end-waiting.ts'
import { sqlBound } from '../platform/clock.ts'
import { ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration, some } from './words.ts'

const lateSeconds = 300
const most = 100_000

export const dueCheck: RowCheck = {
  name: 'due-but-unplanned',
  since: '2026-11-23-first',
  async look({ config, clock }, trx) {
    const now = clock.sqlNow
    // The oldest of them, in the order of subscriptions_due.
    const { rows } = await sql<{ slug: string; readers: number; late: number }>`
      select n.slug, due.readers, extract(epoch from ${now} - due.since)::float8 as late
      from (
        select newsletter_id, count(*) as readers, min(next_digest_at) as since from (
          select newsletter_id, next_digest_at from subscriptions
          where state = 'active' and next_digest_at < ${sqlBound(clock)} - make_interval(secs => ${lateSeconds})
          order by next_digest_at, newsletter_id limit ${most + 1}) as oldest
        group by newsletter_id) as due
      join newsletters n on n.id = due.newsletter_id order by due.since, n.slug`.execute(trx)
    if (rows.length === 0) return ok('nobody')
    const late = Math.max(...rows.map((row) => row.late))
    return problem(
      some(
        rows.map(
          ({ slug, readers, late: since }) => `${slug}: ${counted(readers, 'reader', most)}, for ${duration(since)}`,
        ),
      ),
      late > config.maximumLateHours * 3_600
        ? `Start newsmatro start; where it runs, its log names with reader_not_planned whom it could not plan. Those more than ${config.maximumLateHours} h late are recorded as missed, and their stories come with the next digest, unless MAX_LATE_HOURS is larger.`
        : 'See that newsmatro start is running, and its log for job_failed and reader_not_planned. Nobody is lost: they are planned late.',
    )
  },
}

const recentDays = 7
const mostDigests = 1_000

export const renderingsCheck: RowCheck = {
  name: 'renderings',
  since: '2026-11-23-first',
  async look({ clock }, trx) {
    const { rows } = await sql<{ run_id: number; failures: number }>`
      select run_id, max(render_failures) as failures from (
        select run_id, render_failures, created_at from digests
        where rendering_id is null and render_failures > 0 order by id desc limit ${mostDigests}) as newest
      where created_at > ${sqlBound(clock)} - make_interval(days => ${recentDays})
      group by run_id order by run_id desc`.execute(trx)
    const givenUp = rows.filter(({ failures }) => failures >= maximumFailures).map(({ run_id }) => run_id)
    if (givenUp.length > 0) {
      return problem(
        `digests of run ${some(givenUp)} could not be rendered, and their messages failed`,
        `The log says why (digest_not_rendered). Once that is mended: newsmatro runs send-rest ${givenUp[0]}`,
      )
    }
    if (rows.length > 0) {
      return warning(
        `digests of run ${some(rows.map(({ run_id }) => run_id))} could not be rendered yet`,
        'They are tried again each minute, five times. The log says why (digest_not_rendered).',
      )
    }
    return ok(`none failed in ${recentDays} days`)
  },
}
