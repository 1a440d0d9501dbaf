import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, beforeEach, inject } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { servePGlite } from '../../src/platform/database/pglite-server.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { emptyDatabase } from './empty-database.ts'
import { createForTests } from './server-database.ts'

export { theNewsletterId } from './newsletter.ts'

export type OpenTestDatabase = { readonly url: string; close(): Promise<void> }

/** A migrated database of this test file's own: a copy in memory, or one on the server of TEST_DATABASE_URL. */
export async function openTestDatabase(): Promise<OpenTestDatabase> {
  const source = inject('testDatabase')
  if (source.kind === 'embedded') {
    const database = await PGlite.create({ loadDataDir: new Blob([await readFile(source.dumpPath)]) })
    const server = await servePGlite(database)
    return {
      url: server.url,
      close: async () => {
        await server.close()
        await database.close()
      },
    }
  }
  const name = `newsmatro_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`
  const { url, drop } = await createForTests(source.serverUrl, name, source.template)
  return { url, close: drop }
}

/** Gives each test of a file an empty, migrated database with the one newsletter that a new installation has. */
export function testDatabase(): { readonly db: Database; readonly url: string } {
  let opened: OpenTestDatabase | undefined
  let db: Database | undefined
  beforeAll(async () => {
    opened = await openTestDatabase()
    db = connect(opened.url)
  })
  beforeEach(async () => {
    if (db) await emptyDatabase(db)
  })
  afterAll(async () => {
    await db?.destroy()
    await opened?.close()
  })
  return {
    get db() {
      if (!db) throw new Error('the database is open only while tests run')
      return db
    },
    get url() {
      if (!opened) throw new Error('the database is open only while tests run')
      return opened.url
    },
  }
}
