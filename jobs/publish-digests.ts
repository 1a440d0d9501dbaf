import { publishDigests } from '../src/digests/publish-digests.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Shows in the archive what began to be sent: every minute, so that it is there soon after it is in the inbox. */
export const publishDigestsJob = {
  name: 'publish-digests',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => publishDigests(context, options),
} as const
