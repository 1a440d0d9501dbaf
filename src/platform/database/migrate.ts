import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { migrations } from '../../../migrations/index.ts'
import { PublicError } from '../errors.ts'
import type { Database } from './schema.ts'

/**
 * Brings the schema up to date. Safe when several processes start at once: one migrates, the others wait. Returns the names
 * applied. Throws {@link PublicError}, with nothing changed, for a database that a newer version has migrated.
 */
export async function migrateToLatest(db: Database): Promise<string[]> {
  const { unknown } = await migrationState(db)
  if (unknown.length > 0) {
    throw new PublicError(
      'misconfigured',
      `The database is ahead of this version of newsmatro (${unknown.join(', ')}): run the newer version, or restore the database as it was before it.`,
    )
  }
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

function migratorFor(db: Database): Migrator {
  // An index on a large table takes longer than a page may.
  const unhurried = (migration: Migration): Migration => ({
    async up(trx) {
      await sql`set local statement_timeout = 0`.execute(trx)
      await migration.up(trx)
    },
  })
  const all = Object.fromEntries(Object.entries(migrations).map(([name, migration]) => [name, unhurried(migration)]))
  return new Migrator({ db, provider: { getMigrations: async () => all } })
}
