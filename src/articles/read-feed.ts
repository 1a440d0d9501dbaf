import type { Context } from '../platform/context.ts'
import type { FetchUrlResult } from '../platform/fetch-url.ts'
import { cleanText, cutAtWord } from '../platform/text.ts'
import { decodeFeed } from './decode-feed.ts'
import { parseFeedDate } from './feed-date.ts'
import { FeedFormatError, type FeedItem } from './feed-item.ts'
import type { LeasedFeed } from './feed-lease.ts'
import { longestIntervalMs, retryAfterMs } from './feed-schedule.ts'
import { type IncomingArticle, normaliseItem } from './normalise-item.ts'
import { parseFeed } from './parse-feed.ts'

/** More items than this are not read: the newest by their dates, or the first where one has none. */
const maximumItems = 500
const maximumValidator = 1000
const maximumUrl = 2000

export type ReadFeed = {
  readonly title: string | null
  readonly articles: readonly IncomingArticle[]
  /** Items that were left out: beyond the first 500, with nothing to show, or not to be read. */
  readonly skipped: number
}

/** What an answer says, apart from its content. */
export type Answer = {
  readonly document: ReadFeed | 'unchanged'
  readonly etag: string | null
  readonly lastModified: string | null
  readonly movedTo: string | null
}

/** A status that is no success, in a sentence an operator can act on. */
export class FeedStatusError extends Error {
  override readonly name = 'FeedStatusError'
  /** How long to wait at least, in ms; null where the answer does not say. */
  readonly waitMs: number | null

  constructor(message: string, waitMs: number | null) {
    super(message)
    this.waitMs = waitMs
  }
}

/** Fetches a feed if it has changed, and reads it. Throws FetchUrlError, {@link FeedStatusError} or {@link FeedFormatError}. */
export async function readFeed(context: Context, feed: LeasedFeed, signal: AbortSignal): Promise<Answer> {
  const headers: Record<string, string> = {}
  if (feed.etag !== null) headers['if-none-match'] = feed.etag
  if (feed.last_modified !== null) headers['if-modified-since'] = feed.last_modified
  const allowPrivate = context.config.allowPrivateFeeds
  const response = await context.fetchUrl(feed.url, { headers, signal, allowPrivate })

  const etag = validator(response.headers.get('etag'))
  const lastModified = validator(response.headers.get('last-modified'))
  const movedTo = (response.movedTo?.length ?? 0) <= maximumUrl ? response.movedTo : null
  if (response.status === 304 && (feed.etag !== null || feed.last_modified !== null)) {
    return { document: 'unchanged', etag: etag ?? feed.etag, lastModified: lastModified ?? feed.last_modified, movedTo }
  }
  if (response.status < 200 || response.status > 299) throw statusError(response, context.clock.now())
  return { document: await readDocument(context, feed, response), etag, lastModified, movedTo }
}

async function readDocument(context: Context, feed: LeasedFeed, response: FetchUrlResult): Promise<ReadFeed> {
  const text = decodeFeed(response.body, response.headers.get('content-type'))
  const parsed = parseFeed(text, response.finalUrl)
  const bases = [parsed.base, response.finalUrl]
  const language = parsed.language ?? (await languageOf(context, feed))
  const articles: IncomingArticle[] = []
  for (const [position, item] of newestOf(parsed.items).entries()) {
    try {
      const article = await normaliseItem(item, position, bases, language)
      if (article) articles.push(article)
    } catch (error) {
      context.log.error('feed_item_unreadable', { feedId: feed.id, position, error: String(error) })
    }
  }
  const title = cutAtWord(cleanText(parsed.title ?? ''), 300)
  return { title: title || null, articles, skipped: parsed.items.length - articles.length }
}

async function languageOf({ db }: Context, feed: LeasedFeed): Promise<string> {
  const row = await db
    .selectFrom('newsletters')
    .select('language')
    .where('id', '=', feed.newsletter_id)
    .executeTakeFirst()
  return row?.language ?? 'en'
}

/** Most feeds begin with the newest; one that ends with it must not lose it. */
function newestOf(items: readonly FeedItem[]): readonly FeedItem[] {
  if (items.length <= maximumItems) return items
  const dated = items.map((item) => ({ item, time: parseFeedDate(item.published)?.getTime() }))
  if (dated.some(({ time }) => time === undefined)) return items.slice(0, maximumItems)
  return dated
    .sort((one, other) => (other.time ?? 0) - (one.time ?? 0))
    .slice(0, maximumItems)
    .map(({ item }) => item)
}

/** Sent back as it came (RFC 9110 section 8.8); one that is too long to be meant is not kept. */
function validator(value: string | null): string | null {
  return value !== null && value !== '' && value.length <= maximumValidator ? value : null
}

function statusError({ status, headers }: FetchUrlResult, now: Date): FeedStatusError {
  const waitMs = status === 429 || status === 503 ? retryAfterMs(headers.get('retry-after'), now) : null
  if (status === 410) {
    return new FeedStatusError(
      'The feed is gone for good (410): find its new address, or remove it.',
      longestIntervalMs,
    )
  }
  return new FeedStatusError(`${explanation(status)} (${status}).`, waitMs)
}

function explanation(status: number): string {
  if (status === 429) return 'The server says that it is asked too often; it is asked again later'
  if (status === 404) return 'There is no feed at this address: check it'
  if (status === 401 || status === 403) return 'The server lets nobody read the feed: ask the publisher to open it'
  if (status >= 500) return 'The server failed; it is asked again later'
  return 'The server answered with neither a feed nor an error that tells more: check the address in a browser'
}
