import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database, InTransaction } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { FetchUrlError } from '../platform/fetch-url.ts'
import { cutAtWord } from '../platform/text.ts'
import { FeedFormatError } from './feed-item.ts'
import { holdsLease, type LeasedFeed, leaseFeed, releaseLease } from './feed-lease.ts'
import { backoffMs, longestIntervalMs, regularIntervalMs } from './feed-schedule.ts'
import { type Answer, FeedStatusError, readFeed } from './read-feed.ts'
import { storeArticles } from './store-articles.ts'

export type PollResult = {
  readonly feedId: number
  /** `busy`: another process reads it, or this one was told to stop; nothing was changed. */
  readonly outcome: 'stored' | 'unchanged' | 'failed' | 'busy'
  readonly added: number
  readonly changed: number
  /** Items that were left out: beyond the first 500, or with nothing to show. */
  readonly skipped: number
  /** Why it failed, as the operator is told. */
  readonly error: string | null
}

const nothing = { added: 0, changed: 0, skipped: 0, error: null }

/** Reads one feed now, due or not. A failure is a result and is kept with the feed. Throws PublicError where there is no such feed. */
export async function pollFeed(
  context: Context,
  feedId: number,
  { signal = new AbortController().signal }: { signal?: AbortSignal } = {},
): Promise<PollResult> {
  const feed = await leaseFeed(context, feedId)
  if (feed) return pollLeasedFeed(context, feed, signal)
  const exists = await context.db.selectFrom('feeds').select('id').where('id', '=', feedId).executeTakeFirst()
  if (!exists) throw new PublicError('not_found', `There is no feed ${feedId}: see feeds list.`)
  return { feedId, outcome: 'busy', ...nothing }
}

/** Reads a feed whose lease this process holds, and gives the lease back. Throws only where the database fails. */
export async function pollLeasedFeed(context: Context, feed: LeasedFeed, signal: AbortSignal): Promise<PollResult> {
  try {
    const answer = await readFeed(context, feed, signal)
    return await keepAnswer(context, feed, answer)
  } catch (error) {
    if (signal.aborted) {
      await releaseLease(context, feed)
      return { feedId: feed.id, outcome: 'busy', ...nothing }
    }
    return keepFailure(context, feed, error)
  }
}

async function keepAnswer(context: Context, feed: LeasedFeed, answer: Answer): Promise<PollResult> {
  return context.db.transaction().execute(async (trx) => {
    if (!(await holdsLease(trx, feed))) return { feedId: feed.id, outcome: 'busy', ...nothing }
    if (answer.document === 'unchanged') {
      await keepSuccess(trx, context, feed, answer, feed.title)
      return { feedId: feed.id, outcome: 'unchanged', ...nothing }
    }
    const storing = { id: feed.id, newsletterId: feed.newsletter_id, lastSucceededAt: feed.last_succeeded_at }
    const { articles, skipped, title } = answer.document
    const { added, changed } = await storeArticles(trx, context.clock, storing, articles)
    await keepSuccess(trx, context, feed, answer, title ?? feed.title)
    context.log.info('feed_polled', { feedId: feed.id, added, changed, skipped })
    return { feedId: feed.id, outcome: 'stored', added, changed, skipped, error: null }
  })
}

async function keepSuccess(
  trx: InTransaction,
  context: Context,
  feed: LeasedFeed,
  { etag, lastModified, movedTo }: Answer,
  title: string | null,
): Promise<void> {
  const now = context.clock.sqlNow
  await trx
    .updateTable('feeds')
    .set({
      title,
      etag,
      last_modified: lastModified,
      lease_until: null,
      last_polled_at: now,
      last_succeeded_at: now,
      next_poll_at: sql<Date>`${now} + ${regularIntervalMs} * interval '1 millisecond'`,
      failure_count: 0,
      last_error: null,
      last_error_at: null,
    })
    .where('id', '=', feed.id)
    .execute()
  if (movedTo === null || movedTo === feed.url) return
  await sql`
    update feeds set url = ${movedTo}
    where id = ${feed.id} and not exists (
      select from feeds as other where other.newsletter_id = ${feed.newsletter_id} and other.url = ${movedTo})`.execute(
    trx,
  )
}

async function keepFailure(context: Context, feed: LeasedFeed, error: unknown): Promise<PollResult> {
  const reason = explain(error)
  if (reason === undefined) context.log.error('feed_poll_failed', { feedId: feed.id, error: String(error) })
  const told = cutAtWord(reason ?? 'The feed was read but not stored, by a fault of this service: see its log.', 500)
  const [jitter = 0] = context.random(1)
  const waitMs = (error instanceof FeedStatusError ? error.waitMs : null) ?? backoffMs(feed.failure_count, jitter)
  await recordFailure(context.db, context, feed, told, Math.min(waitMs, longestIntervalMs))
  context.log.warn('feed_failed', { feedId: feed.id, failures: feed.failure_count + 1 })
  return { feedId: feed.id, outcome: 'failed', ...nothing, error: told }
}

async function recordFailure(
  db: Database,
  { clock }: Context,
  feed: LeasedFeed,
  told: string,
  waitMs: number,
): Promise<void> {
  await db
    .updateTable('feeds')
    .set({
      lease_until: null,
      last_polled_at: clock.sqlNow,
      next_poll_at: sql<Date>`${clock.sqlNow} + ${waitMs} * interval '1 millisecond'`,
      failure_count: feed.failure_count + 1,
      last_error: told,
      last_error_at: clock.sqlNow,
    })
    .where('id', '=', feed.id)
    .where('lease_until', '=', feed.lease_until)
    .execute()
}

function explain(error: unknown): string | undefined {
  const isMeant = [FetchUrlError, FeedFormatError, FeedStatusError].some((kind) => error instanceof kind)
  return isMeant && error instanceof Error ? error.message : undefined
}
