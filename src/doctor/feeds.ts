// Whether stories come in.
import { sql } from 'kysely'
import { ok, problem, type RowCheck, warning } from './check.ts'
import { counted, duration, some } from './words.ts'

const overdueSeconds = 1_800
const failingSeconds = 86_400

export const feedsCheck: RowCheck = {
  name: 'feeds',
  since: '2026-11-23-first',
  // Feeds are added by hand: there are as many as an operator keeps in view.
  async look({ clock }, trx) {
    const now = clock.sqlNow
    const { rows } = await sql<{ id: number; overdue: number; failing: number | null }>`
      select id, extract(epoch from ${now} - greatest(next_poll_at, lease_until))::float8 as overdue,
        case when failure_count > 0 then extract(epoch from ${now} - coalesce(last_succeeded_at, created_at))::float8 end as failing
      from feeds order by id`.execute(trx)
    if (rows.length === 0) return warning('there are none: digests have nothing to tell', 'newsmatro feeds add <url>')
    const overdue = rows.filter((feed) => feed.overdue > overdueSeconds)
    if (overdue.length > 0) {
      return problem(
        `nobody reads feed ${some(overdue.map(({ id }) => id))}, due for ${duration(Math.max(...overdue.map((feed) => feed.overdue)))}`,
        'See that newsmatro start is running, and its log for job_failed.',
      )
    }
    const failing = rows.filter((feed) => (feed.failing ?? 0) > failingSeconds)
    if (failing.length > 0) {
      return warning(
        `feed ${some(failing.map(({ id }) => id))} could not be read for ${duration(Math.max(...failing.map((feed) => feed.failing ?? 0)))}`,
        'newsmatro feeds list says why.',
      )
    }
    return ok(`${counted(rows.length, 'feed')}, read in time`)
  },
}
