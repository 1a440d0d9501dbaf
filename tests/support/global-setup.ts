// Migrates one database, once; each test file gets a copy of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import { servePGlite } from '../../src/platform/database/pglite-server.ts'
import { createOnServer } from './server-database.ts'

export type TestDatabase =
  | { readonly kind: 'embedded'; readonly dumpPath: string }
  | { readonly kind: 'server'; readonly serverUrl: string; readonly template: string }

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: TestDatabase
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const serverUrl = process.env.TEST_DATABASE_URL
  return serverUrl ? setUpServer(project, serverUrl) : setUpEmbedded(project)
}

async function setUpEmbedded(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'newsmatro-test-'))
  const database = await PGlite.create()
  const server = await servePGlite(database)
  await migrate(server.url)
  await server.close()
  const dumpPath = join(folder, 'template.tar')
  const dump = await database.dumpDataDir('none')
  await writeFile(dumpPath, Buffer.from(await dump.arrayBuffer()))
  await database.close()
  project.provide('testDatabase', { kind: 'embedded', dumpPath })
  return () => rm(folder, { recursive: true, force: true })
}

async function setUpServer(project: TestProject, serverUrl: string): Promise<() => Promise<void>> {
  const template = `newsmatro_test_${process.pid}_template`
  const { url, drop } = await createOnServer(serverUrl, template)
  await migrate(url)
  project.provide('testDatabase', { kind: 'server', serverUrl, template })
  return drop
}

async function migrate(url: string): Promise<void> {
  const db = connect(url)
  await migrateToLatest(db)
  await db.destroy()
}
