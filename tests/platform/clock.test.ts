import { type RawBuilder, sql } from 'kysely'
import { expect, it } from 'vitest'
import { sqlBound, systemClock } from '../../src/platform/clock.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

/** How the newest confirmations are found where reading all of them is no choice. */
const planFor = (bound: RawBuilder<Date>) =>
  database.db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx)
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select from confirmations where requested_at > ${bound} - interval '1 hour'`.execute(trx)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  })

it('is a bound that an index serves, and sqlNow is none', async () => {
  expect(await planFor(sqlBound(systemClock))).toMatch(/Index Cond: \(requested_at > /)
  expect(await planFor(systemClock.sqlNow)).not.toContain('Index Cond')
})
