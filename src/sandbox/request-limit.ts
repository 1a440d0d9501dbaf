import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import type { SandboxDatabase } from './tables.ts'

/**
 * Counts one request of a team in the current second, for all processes together, and returns how many that second has
 * had. Windows are fixed and have no burst: https://resend.com/docs/api-reference/rate-limit
 */
export async function countRequest(db: SandboxDatabase, clock: Clock, team: string): Promise<number> {
  // A request that waited for the row may come from the second before: it counts with the later one.
  const sameWindow = sql<boolean>`excluded.started_at between request_windows.started_at - interval '1 second'
    and request_windows.started_at`
  const { used } = await db
    .insertInto('request_windows')
    .values({ team, started_at: sql<Date>`date_trunc('second', ${clock.sqlNow})`, used: 1 })
    .onConflict((conflict) =>
      conflict.column('team').doUpdateSet({
        started_at: sql<Date>`case when ${sameWindow} then request_windows.started_at else excluded.started_at end`,
        used: sql<number>`case when ${sameWindow} then request_windows.used + 1 else 1 end`,
      }),
    )
    .returning('used')
    .executeTakeFirstOrThrow()
  return used
}
