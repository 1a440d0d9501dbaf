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

export type MigrationState = {
  /** What this version of the program has and the database has not. */
  readonly pending: readonly string[]
  /** What the database has and this version of the program does not know. */
  readonly unknown: readonly string[]
  /** How many the database has. */
  readonly applied: number
}

/** How the database stands to this version of the program. Changes nothing. */
export async function migrationState(db: Database): Promise<MigrationState> {
  const known = Object.keys(migrations)
  const { rows } = await sql<{ exists: boolean }>`select to_regclass('kysely_migration') is not null as exists`.execute(
    db,
  )
  if (!rows[0]?.exists) return { pending: known, unknown: [], applied: 0 }
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const names = new Set(applied.rows.map((row) => row.name))
  return {
    pending: known.filter((name) => !names.has(name)),
    unknown: [...names].filter((name) => migrations[name] === undefined),
    applied: names.size,
  }
}

/** The names of migrations that this version of the program has and the database has not. Changes nothing. */
export async function pendingMigrations(db: Database): Promise<readonly string[]> {
  return (await migrationState(db)).pending
}

function migratorFor(db: Database): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } })
}
