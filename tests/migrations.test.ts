import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { migrations } from '../migrations/index.ts'
import { connect } from '../src/platform/database/connect.ts'
import { migrateToLatest, migrationState } from '../src/platform/database/migrate.ts'
import { testDatabase } from './support/database.ts'

const database = testDatabase()

describe('migrations', () => {
  it('run once when two processes start at the same time', async () => {
    const { db } = database
    await sql`drop schema public cascade; create schema public`.execute(db)
    const other = connect(database.url)
    const applied = await Promise.all([migrateToLatest(db), migrateToLatest(other)])
    expect(applied.flat()).toEqual(Object.keys(migrations))
    expect(await migrationState(other)).toMatchObject({ pending: [], unknown: [] })
    await other.destroy()
  })

  it('say in one line that a newer version was at work, and change nothing', async () => {
    const { db } = database
    await migrateToLatest(db)
    await sql`insert into kysely_migration (name, timestamp) values ('2036-01-01-tomorrow', '')`.execute(db)
    await expect(migrateToLatest(db)).rejects.toThrow(
      'The database is ahead of this version of newsmatro (2036-01-01-tomorrow): run the newer version',
    )
    await sql`delete from kysely_migration where name = '2036-01-01-tomorrow'`.execute(db)
  })
})
