// The schedule on Node: node-cron ticks in UTC and hands each job the slot it runs for.
import cron, { type TaskContext } from 'node-cron'
import type { Context } from '../src/platform/context.ts'
import { runJob } from './run-job.ts'
import { jobs } from './schedule.ts'

/** A late tick is still run, up to just short of the next one. */
const missedExecutionToleranceMs = 50_000

/** Starts the schedule. The returned function stops it and waits for the jobs under way. */
export function startSchedule(context: Context, signal: AbortSignal): () => Promise<void> {
  const underWay = new Set<Promise<void>>()
  const tasks = jobs.map((job) =>
    cron.schedule(
      job.cron,
      (tick: TaskContext) => {
        const run = runJob(context, job, { scheduledAt: tick.date, signal })
        underWay.add(run)
        return run.finally(() => underWay.delete(run))
      },
      {
        name: job.name,
        timezone: 'UTC',
        noOverlap: true,
        missedExecutionTolerance: missedExecutionToleranceMs,
        suppressMissedWarning: true,
      },
    ),
  )
  return async () => {
    await Promise.all(tasks.map((task) => task.destroy()))
    await Promise.all(underWay)
  }
}
