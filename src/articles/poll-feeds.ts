import type { Context, JobOptions } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { leaseDueFeed } from './feed-lease.ts'
import { type PollResult, pollFeed, pollLeasedFeed } from './poll-feed.ts'

const feedsAtOnce = 4

export type PollCounts = {
  readonly polled: number
  readonly unchanged: number
  readonly failed: number
  readonly added: number
  readonly changed: number
}

/** Reads every feed whose time has come and that no other process reads. One that fails stops none of the others. */
export async function pollDueFeeds(context: Context, { scheduledAt, signal }: JobOptions): Promise<PollCounts> {
  const results: PollResult[] = []
  const taken: number[] = []
  // One after the other, so that each knows what was taken: a slot that lies ahead would make a feed due again at once.
  let turn: Promise<unknown> = Promise.resolve()
  const leaseNext = () => {
    const leased = turn.then(async () => {
      const feed = await leaseDueFeed(context, scheduledAt, taken)
      if (feed) taken.push(feed.id)
      return feed
    })
    turn = leased.catch(() => {})
    return leased
  }
  await atOnce(async () => {
    while (!signal.aborted) {
      const feed = await leaseNext()
      if (!feed) return
      // A fault of the database leaves the lease to run out: the feed is not taken again before that.
      const result = await settle(context, feed.id, () => pollLeasedFeed(context, feed, signal))
      results.push(result)
    }
  })
  return countPolls(results)
}

/** Reads these feeds, or all, now, due or not. Throws PublicError where there is no such feed. */
export async function pollFeeds(
  context: Context,
  { ids, signal = new AbortController().signal }: { ids?: readonly number[]; signal?: AbortSignal } = {},
): Promise<PollCounts & { readonly results: readonly PollResult[] }> {
  const rows = await context.db.selectFrom('feeds').select('id').orderBy('id').execute()
  const waiting = rows.map(({ id }) => id).filter((id) => !ids || ids.includes(id))
  const unknown = ids?.find((id) => !waiting.includes(id))
  if (unknown !== undefined) throw new PublicError('not_found', `There is no feed ${unknown}: see feeds list.`)
  const results: PollResult[] = []
  await atOnce(async () => {
    for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
      const feedId = id
      results.push(await settle(context, feedId, () => pollFeed(context, feedId, { signal })))
    }
  })
  return { ...countPolls(results), results: results.toSorted((one, other) => one.feedId - other.feedId) }
}

function countPolls(results: readonly PollResult[]): PollCounts {
  const polled = results.filter(({ outcome }) => outcome !== 'busy')
  return {
    polled: polled.length,
    unchanged: polled.filter(({ outcome }) => outcome === 'unchanged').length,
    failed: polled.filter(({ outcome }) => outcome === 'failed').length,
    added: polled.reduce((sum, { added }) => sum + added, 0),
    changed: polled.reduce((sum, { changed }) => sum + changed, 0),
  }
}

async function settle(context: Context, feedId: number, poll: () => Promise<PollResult>): Promise<PollResult> {
  try {
    return await poll()
  } catch (error) {
    context.log.error('feed_poll_failed', { feedId, error: String(error) })
    return { feedId, outcome: 'failed', added: 0, changed: 0, skipped: 0, error: 'The database failed: see the log.' }
  }
}

async function atOnce(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: feedsAtOnce }, work))
}
