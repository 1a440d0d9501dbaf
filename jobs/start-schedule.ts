// The schedule on Node: node-cron ticks in UTC and hands each job the slot it runs for.
import cron, { type TaskContext } from 'node-cron'
import type { Context } from '../src/platform/context.ts'
import { runJob } from './run-job.ts'
import { type Job, jobs } from './schedule.ts'

/** A late tick is still run, up to just short of the next one. */
const missedExecutionToleranceMs = 50_000

/** Sending a million may take as long; a job that waits for something that never comes is found by it. */
const minutesBetweenWarnings = 10

type UnderWay = { readonly work: Promise<void>; readonly startedAt: number }

/**
 * Starts the schedule, and runs each job at once: what is owed since the last tick, perhaps of a process that died, need not
 * wait for the next. A tick of a job that is still under way is left out, but never because of another job: planning goes
 * on while a large run is being sent. The returned function stops it and waits for the jobs under way.
 */
export function startSchedule(
  context: Context,
  signal: AbortSignal,
  scheduled: readonly Job[] = jobs,
): () => Promise<void> {
  const underWay = new Map<string, UnderWay>()
  const run = async (job: Job, scheduledAt: Date): Promise<void> => {
    const work = runJob(context, job, { scheduledAt, signal }).finally(() => underWay.delete(job.name))
    underWay.set(job.name, { work, startedAt: context.clock.elapsedMs() })
    await work
    const { followedBy } = job
    if (!followedBy || signal.aborted) return
    // One that is under way may have looked before there was anything for it.
    await underWay.get(followedBy.name)?.work
    if (!underWay.has(followedBy.name)) await run(followedBy, scheduledAt)
  }
  const tick = (job: Job, scheduledAt: Date) => {
    const current = underWay.get(job.name)
    if (!current) return run(job, scheduledAt)
    const minutes = Math.floor((context.clock.elapsedMs() - current.startedAt) / 60_000)
    const isToldNow = minutes > 0 && minutes % minutesBetweenWarnings === 0
    if (isToldNow) context.log.warn('job_under_way', { job: job.name, minutes })
    return undefined
  }
  const tasks = scheduled.map((job) =>
    cron.schedule(job.cron, ({ date }: TaskContext) => tick(job, date), {
      name: job.name,
      timezone: 'UTC',
      missedExecutionTolerance: missedExecutionToleranceMs,
      suppressMissedWarning: true,
    }),
  )
  for (const job of scheduled) tick(job, context.clock.now())
  return async () => {
    await Promise.all(tasks.map((task) => task.destroy()))
    while (underWay.size > 0) await Promise.all([...underWay.values()].map(({ work }) => work))
  }
}
