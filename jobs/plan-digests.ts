import { planDigests } from '../src/digests/plan-digests.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Decides who gets what: every minute, so that a digest is on its way within one minute of its hour. */
export const planDigestsJob = {
  name: 'plan-digests',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => planDigests(context, options),
} as const
