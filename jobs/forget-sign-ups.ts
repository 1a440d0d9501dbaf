import type { Context, JobOptions } from '../src/platform/context.ts'
import { forgetTries } from '../src/subscriptions/sign-up-limits.ts'

/** Forgets who signed up more than an hour ago, as far as it was kept to limit how often: every minute. */
export const forgetSignUpsJob = {
  name: 'forget-sign-ups',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => forgetTries(context, options),
} as const
