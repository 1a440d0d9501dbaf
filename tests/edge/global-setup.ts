// Opens the one database that the edge tests share: embedded, or a new one on the server of TEST_DATABASE_URL. The
// sandbox keeps its mails in it too, and runs here, outside the worker, as a provider does.
import { randomBytes } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'
import { serve } from '../../src/node-http.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import { servePGlite } from '../../src/platform/database/pglite-server.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { prepareSandbox } from '../../src/sandbox/prepare-sandbox.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { createForTests } from '../support/server-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    edgeDatabaseUrl: string
    edgeSandboxUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serverUrl = process.env.TEST_DATABASE_URL
  const opened = serverUrl ? await openOnServer(serverUrl) : await openEmbedded()
  const db = connect(opened.url)
  await migrateToLatest(db)
  const sandbox = await serveSandbox(db)
  project.provide('edgeDatabaseUrl', withPassword(opened.url))
  project.provide('edgeSandboxUrl', sandbox.url)
  return async () => {
    await sandbox.close()
    await db.destroy()
    await opened.close()
  }
}

async function serveSandbox(db: Database): Promise<Opened> {
  await prepareSandbox(db)
  const sandbox = createSandbox({
    db,
    clock: systemClock,
    random: (byteCount) => new Uint8Array(randomBytes(byteCount)),
    requestsPerSecond: 1_000,
  })
  const server = await serve(sandbox.fetch, { host: '127.0.0.1', port: 0, variable: 'PORT' })
  return { url: `http://127.0.0.1:${server.port}`, close: () => server.close() }
}

type Opened = { readonly url: string; close(): Promise<void> }

async function openEmbedded(): Promise<Opened> {
  const database = await PGlite.create()
  const server = await servePGlite(database)
  return {
    url: server.url,
    close: async () => {
      await server.close()
      await database.close()
    },
  }
}

async function openOnServer(serverUrl: string): Promise<Opened> {
  const name = `newsmatro_edge_${process.pid}_${crypto.randomUUID().slice(0, 8)}`
  const { url, drop } = await createForTests(serverUrl, name)
  return { url, close: drop }
}

/** Hyperdrive refuses a URL without a password, also where the server asks for none. */
function withPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (url.password === '') url.password = 'unused'
  return url.href
}
