// One seed from beginning to end: trouble for some days, then calm until nothing changes any more, then the accounts.
import { publish, resumeAll, someAct } from './acts.ts'
import { deliverEvent } from './deliver-event.ts'
import { type History, Violation } from './history.ts'
import { checkAccounts } from './invariants.ts'
import { forgetProviders } from './provider.ts'
import type { Actor, Fate, Operation } from './scheduler.ts'
import type { Session } from './session.ts'
import { settle } from './settle-world.ts'
import { startWorker } from './worker.ts'
import { World } from './world.ts'

export type Result = {
  readonly seed: number
  readonly violation: Violation | undefined
  readonly history: History
  readonly steps: number
  /** What the world met with, so that one can see whether a run of seeds has been everywhere. */
  readonly tally: Readonly<Record<string, number>>
}

const mostTroubledSteps = 2_500
const mostCalmSteps = 60_000
const mostCalmMs = 4 * 86_400_000

export async function simulate(seed: number, session: Session): Promise<Result> {
  await session.empty()
  const world = new World(seed, session)
  let steps = 0
  let violation: Violation | undefined
  let tally: Result['tally'] = {}
  try {
    steps += await trouble(world)
    steps += await calm(world)
    await checkAccounts(world)
    tally = await count(world)
  } catch (error) {
    violation =
      error instanceof Violation ? error : new Violation('the simulation', String((error as Error).stack ?? error))
  }
  for (const actor of world.scheduler.actors) {
    actor.isDead = true
    await session.abandon(actor)
  }
  forgetProviders()
  return { seed, violation, history: world.history, steps, tally }
}

async function count(world: World): Promise<Result['tally']> {
  const rows = await world.session.read<{ name: string; number: number }>(
    `select kind || ' ' || state as name, count(*) as number from messages group by 1
     union all select 'excluded: ' || reason, count(*) from exclusions group by 1
     union all select 'retries', coalesce(sum(attempts - 1), 0)::bigint from batches
     union all select 'runs', count(*) from digest_runs`,
  )
  const happened = (words: string) => world.history.lines.filter(({ text }) => text.includes(words)).length
  return {
    deaths: happened(' dies '),
    stalls: happened(' stalls for '),
    'lost connections': happened(' gets an error '),
    'mails accepted': world.model.accepted.length,
    'events taken': world.books.events.length,
    ...Object.fromEntries(rows.map(({ name, number }) => [name, number])),
  }
}

async function trouble(world: World): Promise<number> {
  const { plan, scheduler, random } = world
  const end = plan.start + plan.days * 86_400_000
  world.takeEvent = (event) => deliverEvent(world, event)
  scheduler.follow({
    fate: (operation) => fateOf(world, operation),
    duration: (operation) => durationOf(world, operation),
    died: (actor) => replace(world, actor),
  })
  world.weather = random.pick(['fine', 'flaky', 'flaky'])
  await settle(world)
  await publish(world, random.between(0, 4))
  for (let index = 0; index < plan.workers; index++) await startWorker(world)
  for (let index = 0; index < plan.days * 10; index++) {
    world.agenda.push({ at: random.between(plan.start, end), what: () => someAct(world), isTrouble: true })
  }
  if (plan.hasLongOutage) {
    world.agenda.push({ at: random.between(plan.start, end), what: () => breakDown(world), isTrouble: true })
  }
  if (plan.hasBlackout) {
    world.agenda.push({ at: random.between(plan.start, end), what: () => blackOut(world), isTrouble: true })
  }
  let steps = 0
  while (world.now < end && steps < mostTroubledSteps) {
    if ((await advance(world)) === 'ended') break
    steps += 1
    const isBusy = scheduler.actors.some(
      (actor) => actor.name.startsWith('worker') && actor.parked.some(({ kind }) => kind !== 'sleep'),
    )
    if (isBusy && random.chance(plan.acts)) await someAct(world)
  }
  return steps
}

/** Faults stop, and time goes on until nothing waits any more. */
async function calm(world: World): Promise<number> {
  const { scheduler } = world
  world.isCalm = true
  world.weather = 'fine'
  world.history.note('world', '--- calm')
  for (const actor of scheduler.actors) {
    for (const operation of actor.parked) {
      if (operation.hasStalled) operation.notBefore = Math.min(operation.notBefore, world.now + 1_000)
    }
  }
  world.agenda = world.agenda.filter(({ isTrouble }) => !isTrouble)
  while (scheduler.actors.some(({ name }) => name.startsWith('web'))) await advance(world)
  await resumeAll(world)
  if (!scheduler.actors.some((actor) => actor.name.startsWith('worker'))) await startWorker(world)
  const end = world.now + mostCalmMs
  let steps = 0
  let ticks = 0
  while (world.now < end && steps < mostCalmSteps) {
    const what = await advance(world)
    if (what === 'ended') break
    steps += 1
    if (what === 'waited') continue
    const isAsleep = scheduler.actors.every((actor) => actor.parked.every(({ kind }) => kind === 'sleep'))
    if (!isAsleep) continue
    ticks += 1
    if (ticks > 1 && (await isSettled(world))) return steps
  }
  throw new Violation(
    '2 nobody forgotten',
    `something still waits after ${steps} calm steps: ${await whatWaits(world)}`,
  )
}

/** Lets one thing happen, or time go on to the next. */
async function advance(world: World): Promise<'acted' | 'waited' | 'ended'> {
  const { scheduler } = world
  const [next] = world.agenda.sort((one, other) => one.at - other.at)
  if (next && next.at <= scheduler.now) {
    world.agenda.shift()
    await next.what()
  } else if (!(await scheduler.step())) {
    const times = [scheduler.nextTime(), next?.at].filter((time) => time !== undefined)
    if (times.length === 0) return 'ended'
    scheduler.now = Math.min(...times)
    return 'waited'
  }
  if (scheduler.failure !== undefined) throw scheduler.failure
  return 'acted'
}

function fateOf(world: World, operation: Operation): Fate {
  const { plan, random, isCalm, session } = world
  const isWorker = operation.actor.name.startsWith('worker')
  if (isCalm || operation.kind === 'look' || (operation.kind === 'sleep' && !random.chance(0.02))) return { kind: 'go' }
  const scale = isWorker ? 1 : 2
  if (random.chance(plan.deaths * scale)) return { kind: 'die', isAfter: random.chance(0.5) }
  if (operation.kind !== 'sleep' && random.chance(plan.lostConnections) && operation.fail) {
    return { kind: 'fail', isAfter: random.chance(0.5) }
  }
  const isAroundCall = ['call', 'answer', 'begin'].includes(operation.kind)
  const stalls = plan.isDrowsy && isAroundCall ? 0.3 : isAroundCall ? plan.stalls * 5 : plan.stalls
  if (isWorker && !operation.hasStalled && !session.isInTransaction && random.chance(stalls)) {
    if (plan.isDrowsy) return { kind: 'stall', ms: random.pick([10, 50, 50, 60, 130]) * 1_000 }
    // A call that left its process is beyond any check: nothing promises that it arrives in time.
    const seconds = operation.kind === 'call' ? [10, 130, 130, 300, 1_200] : [10, 130, 130, 700, 10_800, 100_000]
    return { kind: 'stall', ms: random.pick(seconds) * 1_000 }
  }
  return { kind: 'go' }
}

/** Time stands still in a transaction: nobody else could do anything meanwhile, in one session. */
function durationOf(world: World, operation: Operation): number {
  if (world.session.isInTransaction || operation.kind === 'look') return 0
  return world.random.chance(0.02) ? world.random.between(100, 3_000) : world.random.between(0, 20)
}

/** Somebody starts a dead worker again. */
function replace(world: World, actor: Actor): void {
  if (!actor.name.startsWith('worker')) return
  if (world.random.chance(0.2)) world.deployment += 1
  world.later(world.random.pick([1, 5, 60, 200, 4_000]) * 1_000, async () => {
    await startWorker(world)
  })
}

/** The provider is away for longer than it keeps its keys. */
async function breakDown(world: World): Promise<void> {
  const hours = world.random.between(26, 60)
  world.outage = world.random.pick(['outage', 'darkness'])
  world.history.note('provider', `is away for ${hours} hours: ${world.outage}`)
  world.outageUntil = world.now + hours * 3_600_000
}

async function blackOut(world: World): Promise<void> {
  const { scheduler } = world
  const hours = world.random.between(8, 20)
  world.history.note('world', `every worker is down for ${hours} h`)
  for (const actor of [...scheduler.actors]) {
    if (!actor.name.startsWith('worker')) continue
    for (const operation of actor.parked)
      operation.notBefore = Math.max(operation.notBefore, world.now + hours * 3_600_000)
  }
}

async function isSettled(world: World): Promise<boolean> {
  if (world.undelivered.size > 0 || world.agenda.length > 0) return false
  const [row] = await world.session.read<{ waits: boolean }>(
    `select exists (select from messages where state in ('pending', 'sending'))
       or exists (select from batches where state = 'sending')
       or exists (select from subscriptions where state = 'active' and next_digest_at <= $1)
       or exists (select from welcomes where settled_at is null)
       or exists (select from change_notices where due_at <= $1) as waits`,
    [new Date(world.databaseNow)],
  )
  return row?.waits === false
}

async function whatWaits(world: World): Promise<string> {
  const rows = await world.session.read<object>(
    `select m.id, m.state, m.attempts, b.state as batch, b.last_error, g.render_failures, r.paused_at is not null as paused
     from messages m left join batches b on b.id = m.batch_id left join digests g on g.id = m.digest_id left join digest_runs r on r.id = m.run_id
     where m.state in ('pending', 'sending') limit 5`,
  )
  const due = await world.session.read<object>(
    `select id, next_digest_at from subscriptions where state = 'active' and next_digest_at <= $1 limit 5`,
    [new Date(world.databaseNow)],
  )
  return JSON.stringify({ rows, due, undelivered: world.undelivered.size, agenda: world.agenda.length })
}
