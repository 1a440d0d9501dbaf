// A database of the run's own, dropped when it ends: never the user's data.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { connect } from '../../src/platform/database/connect.ts'
import { openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { createOnServer } from '../support/server-database.ts'

export type BenchDatabase = {
  readonly url: string
  readonly db: Database
  readonly isEmbedded: boolean
  readonly version: string
  close(): Promise<void>
}

/** On the server of `serverUrl`, or the embedded one in a temporary folder. */
export async function openBenchDatabase(serverUrl: string | undefined): Promise<BenchDatabase> {
  const opened = serverUrl ? await createOnServer(serverUrl, `newsmatro_bench_${process.pid}`) : await createEmbedded()
  // Filling a million rows takes longer than any statement of the service may.
  const db = connect(opened.url, { poolSize: 2, statementTimeoutMs: 0 })
  const close = async () => {
    await db.destroy()
    await opened.drop()
  }
  try {
    await migrateToLatest(db)
    const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db)
    return { url: opened.url, db, isEmbedded: !serverUrl, version: rows[0]?.server_version.split(' ')[0] ?? '', close }
  } catch (error) {
    await close()
    throw error
  }
}

async function createEmbedded() {
  const folder = await mkdtemp(join(tmpdir(), 'newsmatro-bench-'))
  const embedded = await openEmbeddedDatabase(folder)
  return {
    url: embedded.url,
    drop: async () => {
      await embedded.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
