import { sql } from 'kysely'
import { describe, expect, inject, it } from 'vitest'
import { openRun } from '../../src/digests/open-run.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { monday, testContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle } from '../support/factories.ts'

const database = testDatabase()

describe('closing a window', () => {
  it('waits for an ingest under way, and so has its article inside', async () => {
    const { db } = database
    const newsletterId = await theNewsletterId(db)
    const articleId = await anArticle(db, { firstSeenAt: monday })
    const other = connect(database.url)
    let opening: ReturnType<typeof openRun> | undefined
    const firstSeenAt = await db.transaction().execute(async (trx) => {
      await sql`select from newsletters where id = ${newsletterId} for share`.execute(trx)
      let isOpen = false
      opening = openRun(testContext(other, { clock: systemClock as never }), newsletterId, monday)
      opening.then(() => {
        isOpen = true
      })
      // A server runs both at once: go on when the other waits for us, or has not waited. The embedded one never does.
      while (inject('testDatabase').kind === 'server' && !isOpen) {
        const { rows } = await sql`select from pg_locks where not granted and pid in (
          select pid from pg_stat_activity where datname = current_database())`.execute(trx)
        if (rows.length > 0) break
      }
      const { rows } = await sql<{ first_seen_at: Date }>`
        update articles set first_seen_at = clock_timestamp() where id = ${articleId} returning first_seen_at`.execute(
        trx,
      )
      return rows[0]?.first_seen_at ?? monday
    })
    const run = await opening
    await other.destroy()
    expect(run?.windowEnd.getTime()).toBeGreaterThanOrEqual(firstSeenAt.getTime())
  })
})
