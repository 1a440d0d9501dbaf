// One round on the embedded database: one process with everything in it, killed over and over.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/platform/database/connect.ts'
import { openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { Random } from '../simulation/random.ts'
import { killOverAndOver } from './killer.ts'
import {
  Cleanups,
  prepareAudience,
  type RoundFigures,
  type RoundOptions,
  untilDone,
  type Waiting,
  waitingIn,
} from './round.ts'
import { Supervised } from './supervised.ts'
import { batchesOf, violationsOf } from './verdict.ts'

export async function embeddedRound(options: RoundOptions): Promise<RoundFigures> {
  const cleanups = new Cleanups()
  try {
    return await play(options, cleanups)
  } finally {
    await cleanups.run()
  }
}

async function play(options: RoundOptions, cleanups: Cleanups): Promise<RoundFigures> {
  const { seed, messages, signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'newsmatro-faults-'))
  cleanups.add(() => rm(folder, { recursive: true, force: true }))
  await within(folder, async (db) => {
    await migrateToLatest(db)
    await prepareAudience(db, messages)
  })

  const env = { DATA_FOLDER: folder, PORT: '0' }
  const startedAt = performance.now()
  const service = new Supervised('service', ['start'], env, { losesDatabase: false })
  cleanups.add(() => service.end())
  const done = new AbortController()
  const killing = killOverAndOver(new Random(`faults ${seed}`), service, AbortSignal.any([done.signal, signal]))
  let late: string | undefined
  try {
    late = await untilDone(() => lookFromOutside(folder), options)
  } finally {
    done.abort()
  }
  const seconds = (performance.now() - startedAt) / 1_000
  await killing
  await service.end()
  const [violations, batches] = await within(folder, async (db) => [
    // The commands find the database open here.
    late ? [late] : await violationsOf({ service: db, sandbox: db, messages, hadFaults: false, env }),
    await batchesOf(db),
  ])
  return {
    seed,
    messages,
    seconds,
    kills: { service: service.kills, sandbox: 0, postgres: 0 },
    startsInVain: service.farewells,
    ...batches,
    events: service.events,
    violations: [...violations, ...service.complaints],
  }
}

async function within<T>(folder: string, act: (db: Database) => Promise<T>): Promise<T> {
  const embedded = await openEmbeddedDatabase(folder)
  const db = connect(embedded.url, { poolSize: 2, statementTimeoutMs: 0 })
  try {
    return await act(db)
  } finally {
    await db.destroy()
    await embedded.close()
  }
}

/** Not as the commands do, which would take the database over when its process is killed. */
async function lookFromOutside(folder: string): Promise<Waiting> {
  const { url } = JSON.parse(await readFile(join(folder, 'address.json'), 'utf8'))
  const db = connect(url, { poolSize: 1 })
  try {
    return await waitingIn(db)
  } finally {
    await db.destroy()
  }
}
