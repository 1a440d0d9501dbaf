// A process of the program that is started again whenever it ends, as a supervisor does, and can be killed.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { kill, type Started, startProgram } from '../support/processes.ts'
import { judge } from './log-lines.ts'

const livePids = new Set<number>()
process.on('exit', () => {
  for (const pid of livePids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // just gone
    }
  }
})

/** When it ended by itself it is started again after this long. */
const patienceMs = 500
const mostComplaints = 10

export class Supervised {
  readonly name: string
  /** How often it was killed. */
  kills = 0
  /** How often it ended by itself, in order: with one line and 1, since its database was away. */
  farewells = 0
  /** How often each event was logged. */
  readonly events: Record<string, number> = {}
  readonly complaints: string[] = []
  /** When it was last started, and when it said that it serves; of performance.now(). */
  startedAt = 0
  servesSince: number | undefined
  /** How long it last took from one to the other. */
  startMs = 0
  private readonly start: () => Started
  private readonly losesDatabase: boolean
  private current: Started | undefined
  private isWanted = false
  private wasKilled = false

  constructor(
    name: string,
    args: readonly string[],
    env: Record<string, string>,
    options: { readonly losesDatabase: boolean },
  ) {
    this.name = name
    this.losesDatabase = options.losesDatabase
    this.start = () => startProgram(args, env)
    this.open()
  }

  /** Kills it; it is started again at once. */
  async kill(): Promise<void> {
    if (!this.current || !this.isWanted) return
    this.kills += 1
    this.wasKilled = true
    await kill(this.current.child)
  }

  /** Kills it for good. */
  async end(): Promise<void> {
    this.isWanted = false
    this.wasKilled = true
    if (this.current) await kill(this.current.child)
  }

  private open(): void {
    this.isWanted = true
    this.wasKilled = false
    this.servesSince = undefined
    this.startedAt = performance.now()
    const started = this.start()
    const { child } = started
    const { pid } = child
    this.current = started
    if (pid !== undefined) livePids.add(pid)
    child.stdout?.on('data', () => {
      if (this.servesSince !== undefined || !/ is at http/.test(started.stdout)) return
      this.servesSince = performance.now()
      this.startMs = this.servesSince - this.startedAt
    })
    const farewells: string[] = []
    // The last line of a killed process may be half a line.
    let line: string | undefined
    const read = () => {
      if (line !== undefined) this.hear(line, farewells)
    }
    const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })
    lines.on('line', (next) => {
      read()
      line = next
    })
    child.once('close', (code, signal) => {
      if (pid !== undefined) livePids.delete(pid)
      if (started.stderr.endsWith('\n')) read()
      if (!this.wasKilled) this.judgeEnd(code, signal, farewells)
      this.reopen().catch((error: unknown) => this.complain(String(error)))
    })
  }

  private async reopen(): Promise<void> {
    if (!this.wasKilled) await delay(patienceMs)
    if (this.isWanted) this.open()
  }

  private hear(line: string, farewells: string[]): void {
    const saying = judge(line, this.losesDatabase)
    if ('complaint' in saying) this.complain(`said ${saying.complaint}`)
    else if ('farewell' in saying) farewells.push(saying.farewell)
    else this.events[saying.event] = (this.events[saying.event] ?? 0) + 1
  }

  private judgeEnd(code: number | null, signal: string | null, farewells: readonly string[]): void {
    this.farewells += 1
    const isInOrder = this.losesDatabase && code === 1 && farewells.length === 1
    if (!isInOrder) this.complain(`ended by itself (${signal ?? code}): ${farewells.join(' / ') || 'without a word'}`)
  }

  private complain(text: string): void {
    if (this.complaints.length < mostComplaints) this.complaints.push(`${this.name} ${text}`)
  }
}
