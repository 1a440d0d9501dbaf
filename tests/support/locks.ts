import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'

/** Until another connection waits for a lock, or what should wait for one has ended without. */
export async function someoneWaits(db: Database, work: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = () => {
    isOver = true
  }
  work.then(over, over)
  while (!isOver) {
    const { rows } = await sql`select from pg_locks where not granted and pid in (
      select pid from pg_stat_activity where datname = current_database())`.execute(db)
    if (rows.length > 0) return
  }
}
