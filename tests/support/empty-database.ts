import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'

/** Empties every table but that of the migrations, and leaves the one newsletter of a new installation. */
export async function emptyDatabase(db: Database): Promise<void> {
  const { rows } = await sql<{ names: string | null }>`
    select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables
    where schemaname in ('public', 'sandbox') and tablename not like 'kysely_%'`.execute(db)
  const names = rows[0]?.names
  if (!names) return
  await sql.raw(`truncate ${names} restart identity cascade`).execute(db)
  await db.insertInto('newsletters').values({ slug: 'newsmatro', name: 'Newsmatro' }).execute()
}
