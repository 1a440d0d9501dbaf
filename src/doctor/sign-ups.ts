// Whether readers can sign up.
import { sql } from 'kysely'
import { sqlBound } from '../platform/clock.ts'
import { ok, type RowCheck, warning } from './check.ts'
import { duration } from './words.ts'

export const signUpsCheck: RowCheck = {
  name: 'sign-ups',
  since: '2026-11-28-sign-up-limits',
  async look({ config, clock }, trx) {
    const { confirmationsPerHour: most } = config
    const now = clock.sqlNow
    const { rows } = await sql<{ asked: number; stopped_for: number | null }>`
      select count(*) as asked, (
        select extract(epoch from stopped_until - ${now})::float8 from confirmation_stop
        where is_only and stopped_until > ${now}) as stopped_for
      from (select from confirmations where requested_at > ${sqlBound(clock)} - interval '1 hour' limit ${most}) as newest`.execute(
      trx,
    )
    const { asked = 0, stopped_for: stoppedFor = null } = rows[0] ?? {}
    const found = `${asked.toLocaleString('en')} of ${most.toLocaleString('en')} confirmations in the last hour`
    if (stoppedFor === null) return ok(found)
    return warning(
      `stopped for ${duration(stoppedFor)} more: ${found}`,
      'If these are people, raise CONFIRMATIONS_PER_HOUR; if not, set TURNSTILE_SITE_KEY and TURNSTILE_SECRET.',
    )
  },
}
