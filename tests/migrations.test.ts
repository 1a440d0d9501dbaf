import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { migrations } from '../migrations/index.ts'
import { connect } from '../src/platform/database/connect.ts'
import { migrateToLatest, pendingMigrations } from '../src/platform/database/migrate.ts'
import { testDatabase } from './support/database.ts'

const database = testDatabase()

describe('migrations', () => {
  it('run once when two processes start at the same time', async () => {
    const { db } = database
    await sql`drop schema public cascade; create schema public`.execute(db)
    const other = connect(database.url)
    const applied = await Promise.all([migrateToLatest(db), migrateToLatest(other)])
    expect(applied.flat()).toEqual(Object.keys(migrations))
    expect(await pendingMigrations(other)).toEqual([])
    await other.destroy()
  })
})
