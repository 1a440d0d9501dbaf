// The embedded database: PGlite, served on a loopback port so that everything else sees a `postgres://` URL.
// Nothing but this file and pglite-server.ts knows of it.
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { PublicError } from '../errors.ts'
import { servePGlite } from './pglite-server.ts'

export type EmbeddedDatabase = {
  readonly url: string
  /** Whether this process runs it, or found it running. */
  readonly isOwner: boolean
  close(): Promise<void>
}

const startTimeoutMs = 60_000
const takeoverIntervalMs = 250

/**
 * Opens the database in `folder`, or finds the process that has it open. PGlite's files must never be opened twice, so
 * its owner holds a lock that the operating system drops when the process ends, however it ends. An owner that does not
 * answer is waited for, up to `timeoutMs`.
 */
export async function openEmbeddedDatabase(
  folder: string,
  { timeoutMs = startTimeoutMs }: { readonly timeoutMs?: number } = {},
): Promise<EmbeddedDatabase> {
  const root = await prepareFolder(folder)
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const lock = takeLock(join(root, 'lock'))
    if (lock) {
      try {
        return await serve(root, lock)
      } catch (error) {
        lock.close()
        throw error
      }
    }
    const url = await findRunning(root)
    if (url) return follow(root, url)
    if (Date.now() > deadline) {
      throw new PublicError(
        'unavailable',
        `The data folder ${root} is in use by a process that does not answer: end it, or name another folder with DATA_FOLDER.`,
      )
    }
    await delay(100)
  }
}

/** Whether there is a database in `folder`. Makes nothing. */
export async function hasEmbeddedDatabase(folder: string): Promise<boolean> {
  return access(join(resolve(folder), 'postgres', 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

/** Deletes the database in `folder`. Throws {@link PublicError} while a process has it open. */
export async function deleteEmbeddedDatabase(folder: string): Promise<void> {
  const root = await prepareFolder(folder)
  const lock = takeLock(join(root, 'lock'))
  if (!lock) {
    throw new PublicError(
      'conflict',
      `The data folder ${root} is in use: end the process that uses it, or name another with DATA_FOLDER.`,
    )
  }
  try {
    await rm(join(root, 'postgres'), { recursive: true, force: true })
  } finally {
    lock.close()
  }
}

async function prepareFolder(folder: string): Promise<string> {
  const root = resolve(folder)
  try {
    await makeFolder(root)
    await writeFile(join(root, '.write-test'), '')
    await rm(join(root, '.write-test'))
  } catch (cause) {
    throw new PublicError(
      'misconfigured',
      `The data folder ${root} cannot be written: make it writable, or name another with DATA_FOLDER.`,
      { cause },
    )
  }
  return root
}

/** Node's own recursive mkdir never returns where folders cannot be made at all, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await mkdir(path, { mode: 0o700 })
  }
}

/** An SQLite file is used for nothing but its lock: exclusive, on every system, and gone with its process. */
function takeLock(path: string): DatabaseSync | undefined {
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch {
    lock.close()
    return undefined
  }
}

/**
 * Uses what another process runs, and takes over when that one ends, at the same address: a service must not die with a
 * command that happened to open the database first.
 */
function follow(root: string, url: string): EmbeddedDatabase {
  let takeover: Promise<EmbeddedDatabase | undefined> | undefined
  const timer = setInterval(() => {
    const lock = takeover ? undefined : takeLock(join(root, 'lock'))
    if (!lock) return
    const { port, password } = new URL(url)
    takeover = serve(root, lock, { port: Number(port), password }).catch(() => {
      lock.close()
      takeover = undefined // tried again
      return undefined
    })
  }, takeoverIntervalMs)
  timer.unref()
  return {
    url,
    isOwner: false,
    close: async () => {
      clearInterval(timer)
      await (await takeover)?.close()
    },
  }
}

async function serve(
  root: string,
  lock: DatabaseSync,
  address: { readonly port?: number; readonly password?: string } = {},
): Promise<EmbeddedDatabase> {
  const addressFile = join(root, 'address.json')
  await rm(addressFile, { force: true })
  let database: PGlite
  try {
    database = await PGlite.create(join(root, 'postgres'))
  } catch (cause) {
    const message = `The database in ${root} cannot be opened: put back a backup of that folder, or move it away to start anew.`
    throw new PublicError('unavailable', message, { cause })
  }
  const server = await servePGlite(database, address)
  const { url } = server
  await writeFile(`${addressFile}.new`, JSON.stringify({ url, pid: process.pid }), { mode: 0o600 })
  await rename(`${addressFile}.new`, addressFile)

  let closing: Promise<void> | undefined
  const close = async () => {
    await rm(addressFile, { force: true })
    await server.close()
    await database.close()
    lock.close()
  }
  return {
    url,
    isOwner: true,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** The URL of the running owner, if it answers. */
async function findRunning(root: string): Promise<string | undefined> {
  let url: string
  try {
    url = JSON.parse(await readFile(join(root, 'address.json'), 'utf8')).url
  } catch {
    return undefined
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return url
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}
