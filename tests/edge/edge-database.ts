import { env } from 'cloudflare:workers'
import { sql } from 'kysely'
import { afterEach, beforeEach } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { emptyDatabase } from '../support/empty-database.ts'

/** Gives each test an empty, migrated database with the one newsletter of a new installation, through Hyperdrive. */
export function edgeDatabase(): { readonly db: Database } {
  let db: Database | undefined
  beforeEach(async () => {
    db = connect(env.HYPERDRIVE.connectionString, { poolSize: 1 })
    await emptyDatabase(db)
  })
  afterEach(async () => {
    await db?.destroy()
    db = undefined
  })
  return {
    get db() {
      if (!db) throw new Error('the database is open only while tests run')
      return db
    },
  }
}

export type SentMail = { readonly to: string[]; readonly subject: string; readonly html: string; readonly text: string }

/** The mails that the provider accepted, oldest first. */
export async function sentMails(db: Database): Promise<SentMail[]> {
  const { rows } = await sql<SentMail>`select "to", subject, html, text from sandbox.emails order by position`.execute(
    db,
  )
  return rows
}
