// What rounds have in common: from the readers who are due to the verdict, and everything cleaned up whatever happens.
import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'
import { fillAudience } from '../support/audience.ts'
import { sleep } from './killer.ts'
import type { Supervised } from './supervised.ts'

export const killKinds = ['service', 'sandbox', 'postgres'] as const
export type KillKind = (typeof killKinds)[number]

export type RoundOptions = {
  readonly seed: number
  readonly messages: number
  readonly kinds: readonly KillKind[]
  /** Of the requests to the sandbox: which share it answers wrongly, from 0 to 1. */
  readonly faultShare: number
  /** Ctrl-C. */
  readonly signal: AbortSignal
  readonly tell: (text: string) => void
}

export type RoundFigures = {
  readonly seed: number
  readonly messages: number
  /** From the first start to the last answer. */
  readonly seconds: number
  readonly kills: Readonly<Record<KillKind, number>>
  /** Starts that found no database. */
  readonly startsInVain: number
  readonly batches: number
  /** Of these, asked about again or taken over from a dead process. */
  readonly askedAgain: number
  /** Of one batch; its first one counts. */
  readonly mostAttempts: number
  readonly events: Readonly<Record<string, number>>
  /** Empty: all is well. */
  readonly violations: readonly string[]
}

const pollMs = 500

/** Undone last to first, each even if another fails. */
export class Cleanups {
  private readonly steps: (() => Promise<unknown>)[] = []

  add(step: () => Promise<unknown>): void {
    this.steps.push(step)
  }

  async run(): Promise<void> {
    const failures: unknown[] = []
    for (const step of this.steps.splice(0).reverse()) await step().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be cleaned up')
  }
}

/** Readers who became due with the current hour, and stories for them. */
export async function prepareAudience(db: Database, messages: number): Promise<void> {
  const slot = new Date()
  slot.setUTCMinutes(0, 0, 0)
  await fillAudience(db, messages, slot)
  // Nothing is there to be read.
  await sql`update feeds set next_poll_at = now() + interval '1 day'`.execute(db)
}

export type Waiting = { readonly isDone: boolean; readonly text: string }

export async function waitingIn(db: Database): Promise<Waiting> {
  const { rows } = await sql<{ due: number; pending: number; sending: number; settled: number }>`
    select (select count(*) from subscriptions where state = 'active' and next_digest_at <= now()) as due,
      count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'sending') as sending,
      count(*) filter (where state not in ('pending', 'sending')) as settled
    from messages`.execute(db)
  const { due = 0, pending = 0, sending = 0, settled = 0 } = rows[0] ?? {}
  return {
    isDone: due + pending + sending === 0 && settled > 0,
    text: `${due} due, ${pending} pending, ${sending} sending, ${settled} settled`,
  }
}

/** Looks until nothing is waiting. Returns what is wrong when it takes longer than a round of this size ever should. */
export async function untilDone(look: () => Promise<Waiting>, options: RoundOptions): Promise<string | undefined> {
  const longestSeconds = 600 + options.messages / 20
  const startedAt = performance.now()
  let last = 'nothing could be read'
  let told = 0
  for (;;) {
    const waiting = await look().catch((error: unknown): Waiting => ({ isDone: false, text: String(error) }))
    if (waiting.isDone) return undefined
    options.signal.throwIfAborted()
    last = waiting.text
    const seconds = (performance.now() - startedAt) / 1_000
    if (seconds > longestSeconds) return `not done after ${Math.round(longestSeconds)} s: ${last}`
    if (seconds - told >= 10) {
      told = seconds
      options.tell(`${Math.round(seconds)} s: ${last}`)
    }
    await sleep(pollMs, options.signal)
  }
}

export function eventsOf(processes: readonly Supervised[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { events } of processes) {
    for (const [name, count] of Object.entries(events)) all[name] = (all[name] ?? 0) + count
  }
  return all
}

export const complaintsOf = (processes: readonly Supervised[]) => processes.flatMap(({ complaints }) => complaints)

export const sumOf = (processes: readonly Supervised[], what: 'kills' | 'farewells') =>
  processes.reduce((sum, one) => sum + one[what], 0)
