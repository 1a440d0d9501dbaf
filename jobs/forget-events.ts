import { forgetEvents } from '../src/delivery/forget-events.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Forgets the provider's events of more than 30 days ago: every minute, so that there are never many at once. */
export const forgetEventsJob = {
  name: 'forget-events',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => forgetEvents(context, options),
} as const
