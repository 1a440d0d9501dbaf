// One simulated world: the service's own code in several processes, on one database, with one provider, and with people
// who do as they like. Everything that could differ from one run to the next comes from the seed.
import type { Clock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Context } from '../../src/platform/context.ts'
import { silentLog } from '../../src/platform/log.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { Bookkeeper } from './bookkeeper.ts'
import { databaseOf } from './database.ts'
import { History } from './history.ts'
import { planWorld, type WorldPlan } from './plan-world.ts'
import { answerCall, connectProvider, type Weather } from './provider.ts'
import { eventsOf, type ProviderEvent } from './provider-events.ts'
import { Random } from './random.ts'
import { ResendModel } from './resend-model.ts'
import { type Actor, Scheduler } from './scheduler.ts'
import { type Session, sqlNow } from './session.ts'

export type Agenda = {
  readonly at: number
  readonly what: () => Promise<void>
  /** Left out when the calm begins. */
  readonly isTrouble?: boolean
}

export class World {
  readonly seed: number
  readonly plan: WorldPlan
  readonly session: Session
  readonly scheduler: Scheduler
  readonly history: History
  readonly model: ResendModel
  readonly books: Bookkeeper
  /** What the world decides, apart from what the service draws. */
  readonly random: Random
  agenda: Agenda[] = []
  /** Events that were sent and not taken yet. */
  readonly undelivered = new Set<ProviderEvent>()
  weather: Weather = 'fine'
  /** Whatever the weather, also in the calm: nobody answers before. */
  outageUntil = 0
  /** In `darkness` nothing is accepted, in an `outage` some is. */
  outage: Weather = 'outage'
  /** Faults have stopped. */
  isCalm = false
  /** How often the service was deployed anew: what it renders and signs with. */
  deployment = 0
  databaseOffsetMs = 0
  articleCount = 0
  /** By how much two moments that the service compared may be wrong. */
  readonly slackMs = 120_000
  private readonly serviceRandom: Random
  private readonly skews = new Map<Actor, number>()
  private actorCount = 0
  private versionCount = 1
  private knownMails = 0

  constructor(seed: number, session: Session) {
    this.seed = seed
    this.session = session
    const root = new Random(`seed ${seed}`)
    this.plan = planWorld(root.fork('plan'))
    this.random = root.fork('world')
    this.serviceRandom = root.fork('service')
    this.scheduler = new Scheduler(this.plan.start, root.fork('scheduler'), () => this.history)
    this.history = new History(this.plan.start, () => this.scheduler.now)
    const ids = root.fork('provider')
    this.model = new ResendModel(() => Buffer.from(ids.bytes(16)).toString('hex'))
    this.books = new Bookkeeper(session, this.history, this.model, 12 * 3_600_000)
    session.now = () => this.databaseNow
    session.committed = (actor, statements) => this.books.committed(actor, statements)
  }

  get now(): number {
    return this.scheduler.now
  }

  get isProviderAway(): boolean {
    return this.now < this.outageUntil
  }

  private get weatherNow(): Weather {
    if (this.isProviderAway) return this.outage
    return this.isCalm ? 'fine' : this.weather
  }

  get databaseNow(): number {
    return this.scheduler.now + this.databaseOffsetMs
  }

  /** A number that no headline of this world has had. */
  newVersion(): number {
    this.versionCount += 1
    return this.versionCount
  }

  newName(kind: string): string {
    this.actorCount += 1
    return `${kind}-${this.actorCount}`
  }

  /** This process's own time. */
  processNow(actor: Actor): number {
    return this.scheduler.now + (this.skews.get(actor) ?? 0)
  }

  setClock(actor: Actor, skewMs: number): void {
    this.skews.set(actor, skewMs)
  }

  /** What a process works with: the service's own context, on this world's time, database, randomness and provider. */
  contextOf(actor: Actor): Context {
    this.setClock(actor, this.random.between(-3_000, 3_000))
    const startedAt = this.now
    const clock: Clock = {
      now: () => new Date(this.processNow(actor)),
      sqlNow,
      elapsedMs: () => this.scheduler.now - startedAt,
      sleep: (ms) =>
        actor.park('sleep', `sleeps ${Math.round(ms)} ms`, async () => {}, {
          notBefore: this.scheduler.now + Math.ceil(ms),
        }),
    }
    const { deployment } = this
    const keys = Array.from({ length: deployment + 1 }, (_, index) => deployment - index).map(
      (version) => [`k${version}`, new Uint8Array(32).fill(version + 1)] as const,
    )
    const baseUrl = connectProvider(actor, {
      scheduler: this.scheduler,
      history: this.history,
      witness: (call) => this.books.called(call, this.now),
      answer: (call) => {
        const answered = answerCall(this.model, call, this.now, this.weatherNow, this.random)
        this.expectEvents()
        return answered
      },
    })
    return {
      config: readConfig({
        PUBLIC_URL: `https://digest${deployment}.example`,
        MAIL_FROM: `Edition ${deployment} <digest@news${deployment}.example>`,
        POSTAL_ADDRESS: `${deployment} Example Street, Exampletown`,
        SIGNING_KEYS: keys.map(([id, secret]) => `${id}:${Buffer.from(secret).toString('base64')}`).join(),
        RESEND_API_KEY: 're_simulated',
        RESEND_BASE_URL: baseUrl,
      }),
      db: databaseOf(actor, this.session),
      clock,
      log: {
        ...silentLog,
        error: (event, fields) => this.history.note(actor.name, `${event} ${JSON.stringify(fields ?? {})}`),
      },
      keys: signingKeysOf(new Map(keys)),
      random: (byteCount) => (actor.isDead ? new Uint8Array(byteCount) : this.serviceRandom.bytes(byteCount)),
      fetchUrl: async () => {
        throw new Error('the simulation fetches nothing')
      },
    }
  }

  later(ms: number, what: () => Promise<void>): void {
    this.agenda.push({ at: this.now + ms, what })
  }

  /** Set by whoever takes the provider's events. */
  takeEvent: (event: ProviderEvent) => Promise<void> = async () => {}

  /** What happens to newly accepted mails. */
  private expectEvents(): void {
    for (const mail of this.model.accepted.slice(this.knownMails)) {
      for (const { event, arrivals } of eventsOf(mail, this.random)) {
        if (arrivals.length > 0) this.undelivered.add(event)
        for (const after of arrivals) this.later(after, () => this.takeEvent(event))
      }
    }
    this.knownMails = this.model.accepted.length
  }
}
