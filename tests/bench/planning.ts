// Planning, next to the least that the database could do for it: one INSERT … SELECT of the same rows of messages into a
// table with the same columns, checks, indexes and foreign keys. That statement chooses no articles, locks no reader and
// moves no cursor.
import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'
import { fillAudience, slotBefore } from '../support/audience.ts'
import { startChild } from './child.ts'
import type { BenchDatabase } from './database.ts'
import { cpuMicrosecondsEach, type Measured, median, peakMegabytes, perSecond } from './measured.ts'

export type PlanningFigures = {
  readonly readers: number
  readonly readersPerSecond: number
  readonly bareInsertsPerSecond: number
  /** Of each go, planning's rate as a share of the bare insert's; of these the median. */
  readonly shareOfBareInsert: number
  readonly cpuMicrosecondsAReader: number
  readonly peakMegabytes: number
  readonly writeAheadLogBytesAReader: number
}

export async function measurePlanning(
  database: BenchDatabase,
  options: { readonly readers: number; readonly goes: number; readonly tell: (text: string) => void },
): Promise<PlanningFigures> {
  const { readers } = options
  const planned: Measured[] = []
  const inserted: number[] = []
  const logBytes: number[] = []
  for (let go = 1; go <= options.goes; go++) {
    options.tell(`planning ${readers} readers, ${go} of ${options.goes}`)
    const slot = slotBefore(new Date())
    await fillAudience(database.db, readers, slot)
    const before = await logPosition(database.db)
    planned.push(await planInChild(database, slot))
    logBytes.push((await logPosition(database.db)) - before)
    inserted.push(await bareInsert(database.db, readers))
  }
  return {
    readers,
    readersPerSecond: perSecond(planned),
    bareInsertsPerSecond: median(inserted),
    shareOfBareInsert: median(planned.map((go, index) => go.count / go.seconds / (inserted[index] ?? Number.NaN))),
    cpuMicrosecondsAReader: cpuMicrosecondsEach(planned),
    peakMegabytes: peakMegabytes(planned),
    writeAheadLogBytesAReader: median(logBytes) / readers,
  }
}

export async function planInChild(database: BenchDatabase, slot: Date): Promise<Measured> {
  const child = startChild('./contender.ts')
  try {
    await child.ask({ ask: 'open', databaseUrl: database.url, sinkUrl: 'http://127.0.0.1:9' })
    return await child.ask<Measured>({ ask: 'plan', slot: slot.toISOString() })
  } finally {
    await child.end()
  }
}

/** Rows a second. */
async function bareInsert(db: Database, readers: number): Promise<number> {
  await sql`create table yardstick (like messages including all)`.execute(db)
  try {
    const { rows: keys } = await sql<{ definition: string }>`
      select pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = 'messages'::regclass and contype = 'f'`.execute(db)
    for (const { definition } of keys) await sql`alter table yardstick add ${sql.raw(definition)}`.execute(db)
    const startedAt = performance.now()
    await sql`
      insert into yardstick (kind, subscriber_id, subscription_id, run_id, digest_id, to_email, confirmed_on, created_at, state)
      select kind, subscriber_id, subscription_id, run_id, digest_id, to_email, confirmed_on, created_at, state
      from messages order by id`.execute(db)
    return readers / ((performance.now() - startedAt) / 1000)
  } finally {
    await sql`drop table yardstick`.execute(db)
  }
}

export async function logPosition(db: Database): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint as bytes`.execute(db)
  return rows[0]?.bytes ?? 0
}
