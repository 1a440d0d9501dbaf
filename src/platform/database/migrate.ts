import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from '../../../migrations/index.ts'
import type { Database } from './schema.ts'

/** Brings the schema up to date. Safe when several processes start at once: one migrates, the others wait. Returns the names applied. */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const { error, results } = await migratorFor(db).migrateToLatest()
  if (error !== undefined) throw error
  return (results ?? []).map((result) => result.migrationName)
}

/** The names of migrations that this version of the program has and the database has not. Changes nothing. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass('kysely_migration') is not null as exists`.execute(
    db,
  )
  if (!rows[0]?.exists) return Object.keys(migrations)
  const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const names = new Set(applied.rows.map((row) => row.name))
  return Object.keys(migrations).filter((name) => !names.has(name))
}

function migratorFor(db: Database): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } })
}
