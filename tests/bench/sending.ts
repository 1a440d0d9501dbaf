// Sending end to end (claim, fill, call, settle), in rounds with the ways that it is compared with, so that whatever else
// the machine does meets all of them.
import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'
import { fillAudience, slotBefore } from '../support/audience.ts'
import { type Child, startChild } from './child.ts'
import type { ContenderQuestion } from './contender.ts'
import type { BenchDatabase } from './database.ts'
import { cpuMicrosecondsEach, type Measured, median, peakMegabytes, perSecond, sum } from './measured.ts'
import { logPosition, planInChild } from './planning.ts'
import type { SinkCounts } from './sink.ts'

type WayFigures = {
  readonly mails: number
  readonly emailsPerSecond: number
  readonly cpuMicrosecondsAnEmail: number
  readonly peakMegabytes: number
}

export type SendingFigures = {
  readonly readers: number
  readonly sending: WayFigures
  readonly oneByOne: WayFigures
  readonly batched: WayFigures
  readonly prepared: WayFigures
  /** Of each round, our rate divided by theirs; of these the median. */
  readonly timesOneByOne: number
  readonly timesBatched: number
  readonly shareOfPrepared: number
  readonly bytesAnEmail: number
  readonly databaseBytesAMessage: number
  readonly writeAheadLogBytesAMessage: number
  readonly sinkCpuMicrosecondsAnEmail: number
  readonly distinctDigests: number
  readonly renderings: number
  readonly duplicateKeys: number
  /** What came to the sink in all; the mails of all ways together. */
  readonly mailsReceived: number
  readonly memory: { readonly fewReaders: number; readonly fewMegabytes: number; readonly ratio: number }
}

const fewReaders = 10_000
/** What our own way does by itself; the limit gets as many. */
const lanes = 4

type Options = { readonly readers: number; readonly rounds: number; readonly tell: (text: string) => void }

export async function measureSending(database: BenchDatabase, sink: Child, options: Options): Promise<SendingFigures> {
  const sinkUrl = await sink.ask<string>({ ask: 'url' })
  const { db } = database
  const open = async () => {
    const child = startChild('./contender.ts')
    await child.ask({ ask: 'open', databaseUrl: database.url, sinkUrl })
    return (question: ContenderQuestion) => child.ask<Measured>(question).then((go) => ({ child, go }))
  }
  const slot = slotBefore(new Date())
  const fill = async (readers: number) => {
    options.tell(`filling and planning ${readers} readers`)
    await fillAudience(db, readers, slot)
    await planInChild(database, slot)
  }

  const fewer = Math.min(fewReaders, options.readers)
  await fill(fewer)
  options.tell(`sending ${fewer}`)
  const few = await (await open())({ ask: 'send', atMost: Number.MAX_SAFE_INTEGER })
  await few.child.end()

  await fill(options.readers)
  await sink.ask({ ask: 'reset', requestsPerSecond: null })
  const samples = samplesFor(options.readers)
  const ways = { sending: await open(), oneByOne: await open(), batched: await open(), prepared: await open() }
  const questions = {
    sending: { ask: 'send', atMost: Math.ceil(options.readers / options.rounds) },
    oneByOne: { ask: 'sendEach', count: samples.each },
    batched: { ask: 'sendBatches', count: samples.batched },
    prepared: { ask: 'sendPrepared', count: samples.prepared, lanes },
  } as const
  const names = ['oneByOne', 'batched', 'prepared', 'sending'] as const
  const goes: Record<keyof typeof ways, Measured[]> = { sending: [], oneByOne: [], batched: [], prepared: [] }
  const children = new Set<Child>()
  let logBytes = 0
  let sinkCpuSeconds = 0
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      options.tell(`round ${round} of ${options.rounds}: ${name}`)
      const isLast = name === 'sending' && round === options.rounds
      const question = isLast ? ({ ask: 'send', atMost: Number.MAX_SAFE_INTEGER } as const) : questions[name]
      const before = { log: await logPosition(db), sink: (await sink.ask<SinkCounts>({ ask: 'counts' })).cpuSeconds }
      const { child, go } = await ways[name](question)
      children.add(child)
      goes[name].push(go)
      if (name === 'sending') {
        logBytes += (await logPosition(db)) - before.log
        sinkCpuSeconds += (await sink.ask<SinkCounts>({ ask: 'counts' })).cpuSeconds - before.sink
      }
    }
  }
  for (const child of children) await child.end()

  const counts = await sink.ask<SinkCounts>({ ask: 'counts' })
  const ratio = (other: readonly Measured[]) =>
    median(goes.sending.map((go, round) => perSecond([go]) / perSecond(other.slice(round, round + 1))))
  return {
    readers: options.readers,
    sending: figuresOf(goes.sending),
    oneByOne: figuresOf(goes.oneByOne),
    batched: figuresOf(goes.batched),
    prepared: figuresOf(goes.prepared),
    timesOneByOne: ratio(goes.oneByOne),
    timesBatched: ratio(goes.batched),
    shareOfPrepared: ratio(goes.prepared),
    bytesAnEmail: counts.bytes / counts.mails,
    ...(await databaseFigures(db)),
    writeAheadLogBytesAMessage: logBytes / options.readers,
    sinkCpuMicrosecondsAnEmail: (sinkCpuSeconds * 1e6) / options.readers,
    duplicateKeys: counts.duplicates,
    mailsReceived: counts.mails,
    memory: {
      fewReaders: fewer,
      fewMegabytes: few.go.peakMegabytes,
      ratio: peakMegabytes(goes.sending) / few.go.peakMegabytes,
    },
  }
}

/** Enough to be steady, and no more: a loop that renders for each reader would take an hour for a million. */
function samplesFor(readers: number): { each: number; batched: number; prepared: number } {
  const hundreds = (share: number, most: number) =>
    Math.max(1, Math.min(Math.floor(readers / share / 100), most / 100)) * 100
  return { each: hundreds(50, 1_000), batched: hundreds(50, 1_000), prepared: hundreds(5, 20_000) }
}

function figuresOf(goes: readonly Measured[]): WayFigures {
  return {
    mails: sum(goes, 'count'),
    emailsPerSecond: perSecond(goes),
    cpuMicrosecondsAnEmail: cpuMicrosecondsEach(goes),
    peakMegabytes: peakMegabytes(goes),
  }
}

async function databaseFigures(db: Database) {
  const { rows } = await sql<{ bytes: number; messages: number; unsent: number; digests: number; renderings: number }>`
    select (select sum(pg_total_relation_size(name::regclass))::bigint
        from unnest(array['messages', 'batches', 'digests', 'digest_articles', 'renderings', 'exclusions']) as name) as bytes,
      (select count(*) from messages) as messages,
      (select count(*) from messages where state <> 'submitted') as unsent,
      (select count(*) from digests) as digests,
      (select count(*) from renderings) as renderings`.execute(db)
  const [row] = rows
  if (!row || row.unsent > 0) throw new Error(`${row?.unsent} messages were not sent`)
  return {
    databaseBytesAMessage: row.bytes / row.messages,
    distinctDigests: row.digests,
    renderings: row.renderings,
  }
}
