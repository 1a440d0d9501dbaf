import type { Context, JobOptions } from '../src/platform/context.ts'
import { forgetReaders } from '../src/subscriptions/forget-readers.ts'

/** Finishes what erasing a reader had to leave: every minute, so that an address goes as soon as its last mail has an answer. */
export const forgetReadersJob = {
  name: 'forget-readers',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => forgetReaders(context, options),
} as const
