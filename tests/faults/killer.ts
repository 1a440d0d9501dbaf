// Deaths at moments that a seed chooses. What they meet there is up to real processes, and differs from time to time.
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../simulation/random.ts'
import type { Cluster } from './cluster.ts'
import type { Supervised } from './supervised.ts'

const everyMs = 1_000
/**
 * Where starting takes longer than this, as on a machine that others use, all intervals are longer in the same proportion:
 * else nothing lives to do any work.
 */
const usualStartMs = 2_000
/** How many of the kills hit the sandbox, and how long it has to have served before. */
const sandboxShare = 1 / 8
const sandboxLifeMs = 3_000
/** How many are hit also where they do not serve yet: on a slow machine they would never get as far otherwise. */
const unreadyShare = 0.15
const crashEveryMs = [6_000, 12_000] as const
const awayMs = [0, 4_000] as const
/** For the one process of an embedded database: not before it serves, and not within two seconds of its start. */
const embeddedLifeMs = 2_000
const embeddedServesMs = [200, 2_500] as const

/** From 1, and more on a slow machine. */
function paceOf(processes: readonly Supervised[]): number {
  const total = processes.reduce((sum, { startMs }) => sum + startMs, 0)
  return Math.max(1, total / processes.length / usualStartMs)
}

type Targets = {
  /** To kill. */
  readonly services: readonly Supervised[]
  readonly sandbox: Supervised | undefined
  /** Whose starts say how fast the machine is. */
  readonly pacemakers: readonly Supervised[]
}

/** One kill a second, until `signal` ends it. */
export async function killEverySecond(random: Random, { services, sandbox, pacemakers }: Targets, signal: AbortSignal) {
  while (!signal.aborted) {
    const second = performance.now()
    const periodMs = everyMs * paceOf(pacemakers)
    const [moment, kind, unready, victim] = [random.next(), random.next(), random.next(), random.next()]
    await sleep(moment * periodMs, signal)
    if (signal.aborted) return
    if (sandbox && (kind < sandboxShare || services.length === 0)) {
      if (performance.now() - (sandbox.servesSince ?? Number.POSITIVE_INFINITY) > sandboxLifeMs) await sandbox.kill()
    } else {
      const service = services[Math.floor(victim * services.length)]
      if (unready < unreadyShare || service?.servesSince !== undefined) await service?.kill()
    }
    await sleepUntil(second + periodMs, signal)
  }
}

/** PostgreSQL goes away every few seconds, for up to some seconds. Returns how often. */
export async function crashNowAndThen(
  random: Random,
  cluster: Cluster,
  pacemakers: readonly Supervised[],
  signal: AbortSignal,
): Promise<number> {
  let crashes = 0
  for (;;) {
    const [moment, away, isImmediateStop] = [random.next(), random.next(), random.chance(0.5)]
    await sleep(between(crashEveryMs, moment) * paceOf(pacemakers), signal)
    if (signal.aborted) return crashes
    crashes += 1
    await (isImmediateStop ? cluster.stopAtOnce() : cluster.kill())
    await sleep(between(awayMs, away), signal)
    await cluster.start()
  }
}

/** The process that has the embedded database open, each time soon after it serves. */
export async function killOverAndOver(random: Random, service: Supervised, signal: AbortSignal) {
  while (!signal.aborted) {
    const share = random.next()
    while (service.servesSince === undefined && !signal.aborted) await sleep(20, signal)
    await sleepUntil(
      Math.max(
        (service.servesSince ?? 0) + between(embeddedServesMs, share) * paceOf([service]),
        service.startedAt + embeddedLifeMs,
      ),
      signal,
    )
    if (!signal.aborted) await service.kill()
  }
}

function between([least, most]: readonly [number, number], extent: number): number {
  return least + (most - least) * extent
}

/** Until then, or until it is over. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(ms, 0), undefined, { signal }).catch(() => {})
}

const sleepUntil = (at: number, signal: AbortSignal) => sleep(at - performance.now(), signal)
