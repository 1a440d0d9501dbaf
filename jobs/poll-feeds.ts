import { pollDueFeeds } from '../src/articles/poll-feeds.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/** Looks every minute for feeds whose time has come: each feed is read every 15 minutes, or less often when it fails. */
export const pollFeedsJob = {
  name: 'poll-feeds',
  cron: '* * * * *',
  run: (context: Context, options: JobOptions) => pollDueFeeds(context, options),
} as const
