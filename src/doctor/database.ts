import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import type { MigrationState } from '../platform/database/migrate.ts'
import type { Database } from '../platform/database/schema.ts'
import { type Finding, ok, problem, warning } from './check.ts'
import { some } from './words.ts'

const oldestVersion = 15
const slowMs = 250

/** Whether it answers, how fast, and in which version. */
export async function checkDatabase(db: Database, clock: Clock): Promise<Finding> {
  const askedAt = clock.elapsedMs()
  const { rows } = await sql<{ version: string; number: number }>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('server_version_num')::integer as number`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the database does not say its version')
  return judgeDatabase(row.version, Math.floor(row.number / 10_000), clock.elapsedMs() - askedAt)
}

export function judgeDatabase(version: string, major: number, latencyMs: number): Finding {
  const found = `PostgreSQL ${version} answers in ${Math.round(latencyMs)} ms`
  if (major < oldestVersion)
    return problem(found, `Move to PostgreSQL ${oldestVersion} or newer: older ones lack what is used here.`)
  if (latencyMs > slowMs) {
    return warning(
      found,
      'Planning and sending ask it often: run them near the database, and see what else it is busy with.',
    )
  }
  return ok(found)
}

export function judgeMigrations({ pending, unknown, applied }: MigrationState): Finding {
  if (pending.length > 0 && applied === 0) {
    return problem(
      'the database has none of the tables of this service',
      'newsmatro migrate makes them, and so does start. If they should be there, see whether this is the right database.',
    )
  }
  if (pending.length > 0) {
    return problem(
      `${pending.length} behind: ${some(pending)}`,
      'newsmatro migrate, or start this version, which does it by itself.',
    )
  }
  if (unknown.length > 0) {
    return warning(
      `the database is ahead, by what this version does not know: ${some(unknown)}`,
      'A newer version was at work here: run that one. Checks may fail until then.',
    )
  }
  return ok(`all ${applied} applied`)
}
