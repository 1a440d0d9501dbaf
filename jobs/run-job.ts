import type { Context, JobOptions } from '../src/platform/context.ts'
import type { Job } from './schedule.ts'

/** Runs a job. What it throws is logged; the next tick goes by what the database says is owed. */
export async function runJob(context: Context, job: Job, options: JobOptions): Promise<void> {
  const startedAt = performance.now()
  try {
    const counts = await job.run(context, options)
    const elapsedMs = Math.round(performance.now() - startedAt)
    if (hasWork(counts)) context.log.info('job_done', { job: job.name, elapsedMs, counts: JSON.stringify(counts) })
  } catch (error) {
    context.log.error('job_failed', { job: job.name, error: error instanceof Error ? error.message : 'unknown' })
  }
}

/** A tick with nothing to do is not worth a line. */
function hasWork(counts: object): boolean {
  return Object.values(counts).some((value) =>
    typeof value === 'object' && value !== null ? hasWork(value) : value !== 0 && value !== null,
  )
}
