import { pollDueFeeds } from '../src/articles/poll-feeds.ts'
import { renderDigests } from '../src/digests/render-digests.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'

/**
 * Looks every minute for feeds whose time has come: each feed is read every 15 minutes, or less often when it fails. The digests
 * of a story that was corrected wait for no other job.
 */
export const pollFeedsJob = {
  name: 'poll-feeds',
  cron: '* * * * *',
  run: async (context: Context, options: JobOptions) => {
    const polled = await pollDueFeeds(context, options)
    return polled.changed === 0 ? polled : { ...polled, ...(await rendered(context, options)) }
  },
} as const

async function rendered(context: Context, { signal }: JobOptions) {
  const { rendered: digests, failed: renderFailures } = await renderDigests(context, signal)
  return { digests, renderFailures }
}
