// A provider that takes ten requests a second, from one process and from four: how much of that is used, and how often it
// has to say no.
import { fillAudience, slotBefore } from '../support/audience.ts'
import { type Child, startChild } from './child.ts'
import type { BenchDatabase } from './database.ts'
import type { Measured } from './measured.ts'
import { planInChild } from './planning.ts'
import type { SinkCounts } from './sink.ts'

export type LimitFigures = {
  readonly requestsPerSecond: number
  readonly seconds: number
  readonly processes: readonly {
    readonly count: number
    /** Accepted after the first second, and before the last, as a share of what the limit allows. */
    readonly shareUsed: number
    readonly refusedInFirstSecond: number
    readonly refusedLater: number
  }[]
}

const requestsPerSecond = 10
const batchSize = 100

export async function measureLimits(
  database: BenchDatabase,
  sink: Child,
  options: { readonly seconds: number; readonly tell: (text: string) => void },
): Promise<LimitFigures> {
  const processes: LimitFigures['processes'][number][] = []
  for (const count of [1, 4]) {
    const slot = slotBefore(new Date())
    await fillAudience(database.db, options.seconds * requestsPerSecond * batchSize, slot)
    await planInChild(database, slot)
    options.tell(`${requestsPerSecond} requests a second, ${count} process${count === 1 ? '' : 'es'}`)
    processes.push({ count, ...(await sendWith(count, database, sink)) })
  }
  return { requestsPerSecond, seconds: options.seconds, processes }
}

async function sendWith(count: number, database: BenchDatabase, sink: Child) {
  await sink.ask({ ask: 'reset', requestsPerSecond })
  const sinkUrl = await sink.ask<string>({ ask: 'url' })
  const children = Array.from({ length: count }, () => startChild('./contender.ts'))
  await Promise.all(children.map((child) => child.ask({ ask: 'open', databaseUrl: database.url, sinkUrl })))
  await Promise.all(children.map((child) => child.ask<Measured>({ ask: 'send', atMost: Number.MAX_SAFE_INTEGER })))
  for (const child of children) await child.end()
  const { calls, duplicates } = await sink.ask<SinkCounts>({ ask: 'counts' })
  if (duplicates > 0) throw new Error(`${duplicates} keys came twice`)
  // Whole seconds of the provider's clock: the first and the last are not full.
  const secondOf = (call: { atMs: number }) => Math.floor(call.atMs / 1000)
  const seconds = calls.map(secondOf)
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)]
  const steady = calls.filter((call) => secondOf(call) > first && secondOf(call) < last)
  const firstAt = Math.min(...calls.map((call) => call.atMs))
  const refused = calls.filter((call) => call.isRefused)
  return {
    shareUsed: steady.filter((call) => !call.isRefused).length / ((last - first - 1) * requestsPerSecond),
    refusedInFirstSecond: refused.filter((call) => call.atMs < firstAt + 1000).length,
    refusedLater: refused.filter((call) => call.atMs >= firstAt + 1000).length,
  }
}
