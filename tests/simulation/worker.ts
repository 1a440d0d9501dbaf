// A process that does the scheduled jobs, as `newsmatro start` does them.
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { writeWelcomes } from '../../src/digests/write-welcomes.ts'
import type { Context } from '../../src/platform/context.ts'
import { writeChangeNotices } from '../../src/subscriptions/change-notices.ts'
import { InjectedError } from './database.ts'
import { Violation } from './history.ts'
import type { Actor } from './scheduler.ts'
import type { World } from './world.ts'

const minuteMs = 60_000

export async function startWorker(world: World): Promise<Actor> {
  const { plan, scheduler } = world
  const name = world.newName('worker')
  return scheduler.spawn(name, (actor) => {
    const context = world.contextOf(actor)
    world.history.note(name, `starts, deployment ${world.deployment}`)
    let scheduledAt = 0
    world.books.employs(actor, { scheduledAt: () => scheduledAt, now: () => world.processNow(actor) })
    const signal = new AbortController().signal
    let idleTicks = 0
    return async () => {
      for (;;) {
        const { waitMs, isUrgent } = await actor.park('look', 'looks when the next tick is worth it', () =>
          nextTick(world, idleTicks),
        )
        idleTicks = isUrgent ? idleTicks + 1 : 0
        await context.clock.sleep(waitMs)
        scheduledAt = Math.floor(context.clock.now().getTime() / minuteMs) * minuteMs
        world.history.detail(name, `ticks for ${new Date(scheduledAt).toISOString()}`)
        await attempt(world, name, () =>
          planDigests(context, { scheduledAt: new Date(scheduledAt), signal, sliceSize: plan.sliceSize }),
        )
        await attempt(world, name, () => writeWelcomes(context, { signal }))
        await attempt(world, name, () => writeChangeNotices(context, { signal }))
        await attempt(world, name, () => send(context, signal, plan.batchSize))
      }
    }
  })
}

function send(context: Context, signal: AbortSignal, batchSize: number) {
  return sendMessages(context, createProvider(context.config), { signal, lanes: 1, batchSize })
}

/** A job may fail of what the world did to it, and of nothing else. */
async function attempt(world: World, name: string, job: () => Promise<object>): Promise<void> {
  try {
    const counts = await job()
    world.history.detail(name, JSON.stringify(counts))
  } catch (error) {
    if (error instanceof InjectedError) return world.history.note(name, 'gives up the job: the connection was lost')
    if (error instanceof Violation) throw error
    throw new Violation('10 a poison row costs itself only', `a job failed: ${String(error)}`)
  }
}

/**
 * A tick is every minute. Those at which there is nothing to do are left out, and the longer something waits in vain,
 * the more of the others.
 */
async function nextTick(world: World, idleTicks: number): Promise<{ waitMs: number; isUrgent: boolean }> {
  const [row] = await world.session.read<{ due: Date | null; lease: Date | null; waiting: boolean }>(
    `select least((select min(next_digest_at) from subscriptions where state = 'active'), (select min(due_at) from change_notices)) as due,
       (select min(lease_until) from batches where state = 'sending') as lease,
       exists (select from messages m left join digest_runs r on r.id = m.run_id where m.state = 'pending' and r.paused_at is null)
         or exists (select from welcomes where settled_at is null) as waiting`,
  )
  const now = world.databaseNow
  const [lease, longest] = world.isProviderAway ? [undefined, 2] : [row?.lease?.getTime(), 8]
  const next = Math.min(row?.due?.getTime() ?? Infinity, lease ?? Infinity, now + longest * 3_600_000)
  const isUrgent = (row?.waiting ?? false) || next <= now
  const waitMs = isUrgent ? Math.min(minuteMs * 1.6 ** idleTicks, 3_600_000) : next - now
  const late = world.isCalm ? 0 : world.random.pick([0, 0, 0, 1, 2, 10])
  const tick = Math.ceil((world.now + waitMs) / minuteMs + late) * minuteMs
  return { waitMs: tick - world.now + world.random.between(0, 900), isUrgent }
}
