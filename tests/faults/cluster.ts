// A PostgreSQL server of one's own, to be killed: in a temporary folder, on a free port.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../support/free-port.ts'

const run = promisify(execFile)
const startTimeoutMs = 60_000
const packagedIn = '/usr/lib/postgresql'

export type Cluster = {
  readonly url: string
  /** Starts it again, and waits until it answers. */
  start(): Promise<void>
  /** SIGKILL to the postmaster and all its processes. */
  kill(): Promise<void>
  /** `pg_ctl stop -m immediate`: as a crash, but its processes are told. */
  stopAtOnce(): Promise<void>
  /** Kills it and removes its files. */
  destroy(): Promise<void>
}

/** The folder with `initdb` and `postgres`; undefined where PostgreSQL is not installed. */
export async function findPrograms(): Promise<string | undefined> {
  const versions = await readdir(packagedIn).catch(() => [])
  const packaged = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(packagedIn, version, 'bin'))
  for (const folder of [...packaged, ...(process.env.PATH ?? '').split(delimiter)]) {
    const names = new Set(await readdir(folder).catch(() => []))
    if (names.has('initdb') && names.has('postgres') && names.has('pg_ctl')) return folder
  }
  return undefined
}

/** Makes one and starts it. */
export async function createCluster(programs: string): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'newsmatro-faults-'))
  const user = await unprivileged()
  const port = await freePort()
  let postmaster: ChildProcess | undefined
  const exitWithUs = () => {
    postmaster?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  /** Where it was killed its last processes may have to go first. */
  async function start(): Promise<void> {
    const deadline = performance.now() + startTimeoutMs
    const options = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=']
    while (!(await answers(port))) {
      if (performance.now() > deadline) throw new Error('PostgreSQL did not start within a minute')
      if (!postmaster || hasEnded(postmaster)) {
        postmaster = spawn(join(programs, 'postgres'), ['-D', folder, ...options], { ...user, stdio: 'ignore' })
      }
      await delay(50)
    }
  }

  async function kill(): Promise<void> {
    if (!postmaster || hasEnded(postmaster)) return
    const children = await childrenOf(postmaster.pid)
    const ended = once(postmaster, 'exit')
    postmaster.kill('SIGKILL')
    for (const pid of children) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // gone by itself
      }
    }
    await ended
  }

  async function destroy(): Promise<void> {
    await kill()
    process.off('exit', exitWithUs)
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  try {
    if (user.uid !== undefined) await chown(folder, user.uid, user.gid)
    await run(join(programs, 'initdb'), ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'], {
      ...user,
      cwd: '/',
    })
    process.on('exit', exitWithUs)
    await start()
  } catch (error) {
    await destroy()
    throw error
  }
  return {
    url: urlOf(port),
    start,
    kill,
    stopAtOnce: async () => {
      if (!postmaster || hasEnded(postmaster)) return
      const ended = once(postmaster, 'exit')
      await run(join(programs, 'pg_ctl'), ['stop', '-D', folder, '-m', 'immediate'], { ...user, cwd: '/' })
      await ended
    },
    destroy,
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null
const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`

/** PostgreSQL refuses to run as root. */
async function unprivileged(): Promise<{ uid: number; gid: number } | { uid?: never; gid?: never }> {
  if (process.getuid?.() !== 0) return {}
  const idOf = async (flag: string, name: string) => Number((await run('id', [flag, name])).stdout)
  const of = async (name: string) => ({ uid: await idOf('-u', name), gid: await idOf('-g', name) })
  return of('postgres').catch(() => of('nobody'))
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.split('\n').filter(Boolean).map(Number)
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(port), connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
