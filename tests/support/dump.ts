import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'

/** Every row of every table of the service, by table, as text: equal before and after means that nothing changed. */
export async function dumpTables(db: Database): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%' order by 1`.execute(
    db,
  )
  const dump: Record<string, string> = {}
  for (const { name } of rows) {
    const { rows: found } = await sql<{ all: string | null }>`
      select string_agg(t::text, E'\n' order by t::text) as all from ${sql.table(name)} t`.execute(db)
    dump[name] = found[0]?.all ?? ''
  }
  return dump
}
