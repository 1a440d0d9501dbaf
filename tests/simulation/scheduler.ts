// Lets one thing happen at a time. Whatever a simulated process does to the world outside of it (a statement, a commit, a
// call, a wait) is parked here, and goes on when the seed says so: at once, late, twice as a lost answer, or never.
import { type History, Violation } from './history.ts'
import type { Random } from './random.ts'

/** What becomes of an operation. */
export type Fate =
  | { readonly kind: 'go' }
  /** The process dies before the operation took effect, or after it did and before its answer came. */
  | { readonly kind: 'die'; readonly isAfter: boolean }
  /** The process lives, and sees an error instead. */
  | { readonly kind: 'fail'; readonly isAfter: boolean }
  | { readonly kind: 'stall'; readonly ms: number }

export type OperationKind = 'begin' | 'query' | 'commit' | 'rollback' | 'call' | 'answer' | 'sleep' | 'look'

export type Operation = {
  readonly actor: Actor
  readonly kind: OperationKind
  readonly label: string
  notBefore: number
  hasStalled: boolean
  /** Whether what it needs is free. */
  readonly canRun: () => boolean
  readonly run: () => Promise<unknown>
  /** What the process sees when the operation fails. It may also undo what went before, as a broken connection does. */
  readonly fail: ((isAfter: boolean) => Promise<Error>) | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export type OperationOptions = {
  readonly notBefore?: number
  readonly canRun?: () => boolean
  readonly fail?: (isAfter: boolean) => Promise<Error>
}

/** Longer than any computation of a process between two operations takes in real time. */
const watchdogMs = 30_000

/** A simulated process, or one request to it. */
export class Actor {
  readonly name: string
  isDead = false
  hasEnded = false
  readonly parked: Operation[] = []
  /** Called when it dies: what it held is given back. */
  readonly onDeath: (() => Promise<void> | void)[] = []
  private wake: (() => void) | undefined
  private readonly scheduler: Scheduler

  constructor(name: string, scheduler: Scheduler) {
    this.name = name
    this.scheduler = scheduler
  }

  /** Waits for the scheduler. In a dead process nothing ever goes on. */
  park<T>(kind: OperationKind, label: string, run: () => Promise<T>, options: OperationOptions = {}): Promise<T> {
    if (this.isDead) return new Promise<T>(() => {})
    return new Promise<T>((resolve, reject) => {
      this.parked.push({
        actor: this,
        kind,
        label,
        notBefore: options.notBefore ?? 0,
        hasStalled: false,
        canRun: options.canRun ?? (() => true),
        run,
        fail: options.fail,
        resolve: resolve as (value: unknown) => void,
        reject,
      })
      this.wake?.()
    })
  }

  start(body: () => Promise<void>): void {
    body()
      .catch((error: unknown) => this.scheduler.crashed(this, error))
      .finally(() => {
        this.hasEnded = true
        this.wake?.()
      })
  }

  /** Resolves when the process waits for the scheduler, or is done. Counts operations, not time. */
  async rest(): Promise<void> {
    while (!this.isDead && !this.hasEnded && this.parked.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const watchdog = setTimeout(() => reject(new Error(`${this.name} waits for something else`)), watchdogMs)
        this.wake = () => {
          clearTimeout(watchdog)
          resolve()
        }
      })
      this.wake = undefined
    }
    // What the process starts together is parked together.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
}

export type Policy = {
  fate(operation: Operation): Fate
  /** How long the operation takes, in simulated milliseconds. */
  duration(operation: Operation): number
  died(actor: Actor): void
}

export class Scheduler {
  now: number
  readonly actors: Actor[] = []
  /** Something went wrong that no fault explains. */
  failure: unknown
  private readonly random: Random
  private readonly history: () => History
  private policy: Policy | undefined

  constructor(start: number, random: Random, history: () => History) {
    this.now = start
    this.random = random
    this.history = history
  }

  follow(policy: Policy): void {
    this.policy = policy
  }

  async spawn(name: string, prepare: (actor: Actor) => () => Promise<void>): Promise<Actor> {
    const actor = new Actor(name, this)
    this.actors.push(actor)
    actor.start(prepare(actor))
    await actor.rest()
    this.tidy()
    return actor
  }

  crashed(actor: Actor, error: unknown): void {
    if (!actor.isDead) this.failure ??= error
  }

  /** The earliest time at which something parked can go on; undefined if nothing is parked. */
  nextTime(): number | undefined {
    const times = this.actors.flatMap((actor) => actor.parked.filter((one) => one.canRun()).map((one) => one.notBefore))
    return times.length === 0 ? undefined : Math.max(this.now, Math.min(...times))
  }

  /** Lets one of the operations whose time has come go on. False when there is none. */
  async step(): Promise<boolean> {
    const ready = this.actors.flatMap((actor) =>
      actor.parked.filter((one) => one.notBefore <= this.now && one.canRun()),
    )
    if (ready.length === 0) return false
    const operation = this.random.pick(ready)
    const { actor } = operation
    const fate = this.policy?.fate(operation) ?? { kind: 'go' }
    if (fate.kind === 'stall') {
      operation.notBefore = this.now + fate.ms
      operation.hasStalled = true
      this.history().note(actor.name, `stalls for ${Math.round(fate.ms / 1000)} s before: ${operation.label}`)
      return true
    }
    this.now += this.policy?.duration(operation) ?? 0
    actor.parked.splice(actor.parked.indexOf(operation), 1)
    if (fate.kind === 'die' && !fate.isAfter) {
      await this.kill(actor, `before: ${operation.label}`)
      return true
    }
    if (fate.kind === 'fail' && operation.fail) {
      if (fate.isAfter) {
        await operation.run().catch((error: unknown) => {
          if (error instanceof Violation) this.failure ??= error
        })
      }
      this.history().note(actor.name, `gets an error ${fate.isAfter ? 'after' : 'before'}: ${operation.label}`)
      operation.reject(await operation.fail(fate.isAfter))
    } else {
      this.history().detail(actor.name, operation.label)
      await operation.run().then(
        (value) => (fate.kind === 'die' ? undefined : operation.resolve(value)),
        (error: unknown) => {
          // Whoever called may catch it.
          if (error instanceof Violation) this.failure ??= error
          if (fate.kind !== 'die') operation.reject(error)
        },
      )
      if (fate.kind === 'die') {
        await this.kill(actor, `after: ${operation.label}`)
        return true
      }
    }
    await actor.rest()
    this.tidy()
    return true
  }

  async kill(actor: Actor, why: string): Promise<void> {
    actor.isDead = true
    actor.parked.length = 0
    this.history().note(actor.name, `dies ${why}`)
    for (const give of actor.onDeath) await give()
    this.tidy()
    this.policy?.died(actor)
  }

  private tidy(): void {
    for (let index = this.actors.length - 1; index >= 0; index--) {
      const actor = this.actors[index]
      if (actor && (actor.isDead || (actor.hasEnded && actor.parked.length === 0))) this.actors.splice(index, 1)
    }
  }
}
