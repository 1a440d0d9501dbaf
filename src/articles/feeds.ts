import type { Context } from '../platform/context.ts'
import type { Row } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { mayBePublicHost } from '../platform/public-address.ts'

const maximumUrlLength = 2000

export type AddedFeed = {
  readonly id: number
  readonly url: string
  readonly newsletter: string
  readonly isNew: boolean
}

/**
 * Adds a feed to a newsletter, by default the first one, to be read at the next poll; if it is there already, finds it.
 * The address is checked, not fetched. Throws PublicError.
 */
export async function addFeed(
  context: Context,
  { url, newsletterSlug }: { url: string; newsletterSlug?: string | undefined },
): Promise<AddedFeed> {
  const address = checkFeedUrl(url, context.config.allowPrivateFeeds)
  const newsletter = await context.db
    .selectFrom('newsletters')
    .select(['id', 'slug'])
    .$if(newsletterSlug !== undefined, (query) => query.where('slug', '=', newsletterSlug ?? ''))
    .orderBy('id')
    .executeTakeFirst()
  if (!newsletter) throw new PublicError('not_found', 'There is no newsletter of that name: check how it is spelled.')

  const added = await context.db
    .insertInto('feeds')
    .values({
      newsletter_id: newsletter.id,
      url: address,
      next_poll_at: context.clock.sqlNow,
      created_at: context.clock.sqlNow,
    })
    .onConflict((conflict) => conflict.columns(['newsletter_id', 'url']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (added) return { id: added.id, url: address, newsletter: newsletter.slug, isNew: true }
  const { id } = await context.db
    .selectFrom('feeds')
    .select('id')
    .where('newsletter_id', '=', newsletter.id)
    .where('url', '=', address)
    .executeTakeFirstOrThrow()
  return { id, url: address, newsletter: newsletter.slug, isNew: false }
}

export type ListedFeed = Pick<
  Row<'feeds'>,
  | 'id'
  | 'url'
  | 'title'
  | 'next_poll_at'
  | 'last_polled_at'
  | 'last_succeeded_at'
  | 'failure_count'
  | 'last_error'
  | 'last_error_at'
> & { readonly newsletter: string; readonly articles: number }

/** Every feed with how its last poll went, in the order they were added. */
export async function listFeeds(context: Context): Promise<ListedFeed[]> {
  return context.db
    .selectFrom('feeds')
    .innerJoin('newsletters', 'newsletters.id', 'feeds.newsletter_id')
    .select([
      'feeds.id',
      'feeds.url',
      'feeds.title',
      'feeds.next_poll_at',
      'feeds.last_polled_at',
      'feeds.last_succeeded_at',
      'feeds.failure_count',
      'feeds.last_error',
      'feeds.last_error_at',
      'newsletters.slug as newsletter',
    ])
    .select(({ selectFrom, fn }) =>
      selectFrom('articles')
        .select(fn.countAll<number>().as('count'))
        .whereRef('articles.feed_id', '=', 'feeds.id')
        .$asScalar()
        .$notNull()
        .as('articles'),
    )
    .orderBy('feeds.id')
    .execute()
}

function checkFeedUrl(written: string, allowPrivate: boolean): string {
  const text = written.trim()
  if (!URL.canParse(text)) throw invalid('This is no address: write it like https://example.com/feed.xml.')
  const url = new URL(text)
  url.hash = ''
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid('A feed’s address starts with http:// or https://: nothing else is read.')
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'A feed’s address must not hold a user name or a password: everybody who sees the list of feeds could read it.',
    )
  }
  if (!allowPrivate && !mayBePublicHost(url.hostname)) {
    throw invalid(
      'This is an address on this machine or on a private network: set ALLOW_PRIVATE_FEEDS=true if that is meant.',
    )
  }
  if (url.href.length > maximumUrlLength) throw invalid(`A feed’s address has at most ${maximumUrlLength} characters.`)
  return url.href
}

const invalid = (message: string) => new PublicError('invalid_input', message, { fields: { url: message } })
