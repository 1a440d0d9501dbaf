import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'
import { type KnownArticle, type Matches, matchArticles } from './match-articles.ts'
import type { IncomingArticle } from './normalise-item.ts'
import { sameStoryAmong } from './same-story.ts'
import { findOrAddTopics, storeArticleTopics } from './store-topics.ts'
import { tellAnew } from './tell-anew.ts'

/** How old an article may be when it is first seen, counted from the feed's last good poll, and still be sent. */
const newsHours = 48
/** So many undated items of a feed's first document count as news. */
const undatedNewsOnFirstPoll = 10
/** An article is compared with so many of the newest that other feeds told first in so many days. */
const compared = { articles: 1_000, days: 3 }
/** So many articles at the head of a document have a place that counts. */
const orderedItems = 50

export type StoringFeed = {
  readonly id: number
  readonly newsletterId: number
  readonly lastSucceededAt: Date | null
}

/**
 * Stores what a feed's document holds, in a few statements: new articles are added, changed ones updated in place, also in the
 * digests that were not sent yet, known ones left alone. Takes the newsletter's row, as closing a digest's window does, so that the two exclude each other: an
 * article is never stored into a window that is closed, even where the database's clock stepped back.
 */
export async function storeArticles(
  trx: InTransaction,
  clock: Clock,
  feed: StoringFeed,
  incoming: readonly IncomingArticle[],
): Promise<{ added: number; changed: number }> {
  await sql`select from newsletters where id = ${feed.newsletterId} for no key update`.execute(trx)
  const matches = matchArticles(feed.id, incoming, await findKnown(trx, feed, incoming))
  if (matches.added.length === 0 && matches.changed.length === 0) {
    await keepOrder(trx, feed, matches.kept)
    return { added: 0, changed: 0 }
  }
  const { now, firstSeenAt } = await readTimes(trx, clock, feed.newsletterId)
  const added = await addArticles(trx, feed, matches.added, now, firstSeenAt)
  await keepOrder(trx, feed, [...added, ...matches.kept])
  await changeArticles(trx, matches.changed, firstSeenAt)
  const articles = [...added, ...matches.changed]
  const topicIds = await findOrAddTopics(
    trx,
    feed.newsletterId,
    articles.flatMap(({ article }) => article.topics),
  )
  await storeArticleTopics(trx, topicIds, articles)
  const changed = matches.changed.map(({ id }) => id)
  if (changed.length > 0) await tellAnew(trx, changed)
  return { added: added.length, changed: matches.changed.length }
}

async function findKnown(
  trx: InTransaction,
  feed: StoringFeed,
  incoming: readonly IncomingArticle[],
): Promise<KnownArticle[]> {
  const itemKeys = incoming.flatMap(({ itemKey, sharedGuidKey }) => [itemKey, sharedGuidKey])
  const urlKeys = incoming.flatMap(({ urlKey }) => urlKey ?? [])
  const { rows } = await sql<KnownArticle>`
    select id, feed_id, item_key, url, url_key, title, content_hash from articles
    where (feed_id = ${feed.id} and item_key = any(${itemKeys}::text[]))
       or (newsletter_id = ${feed.newsletterId} and url_key = any(${urlKeys}::text[]))
    order by id`.execute(trx)
  return rows
}

/** Read after the newsletter's row was taken: an instant later than every window that is closed. */
export async function readTimes(
  trx: InTransaction,
  clock: Clock,
  newsletterId: number,
): Promise<{ now: Date; firstSeenAt: Date }> {
  const { rows } = await sql<{ now: Date; firstSeenAt: Date }>`
    select now, greatest(
      date_trunc('milliseconds', now),
      (select max(window_end) from digest_runs where newsletter_id = ${newsletterId})
    ) + interval '1 millisecond' as "firstSeenAt"
    from (select ${clock.sqlNow} as now) as clock`.execute(trx)
  const [times] = rows
  if (!times) throw new Error('the database told no time')
  return times
}

async function addArticles(
  trx: InTransaction,
  feed: StoringFeed,
  added: Matches['added'],
  now: Date,
  firstSeenAt: Date,
): Promise<{ id: number; article: IncomingArticle }[]> {
  if (added.length === 0) return []
  const articles = new Map(added.map(({ article, itemKey }) => [itemKey, article]))
  const findToldFirst = await readToldFirst(trx, feed, firstSeenAt)
  // Documents go from the newest to the oldest, ids the other way round.
  const values = added.toReversed().map(({ article, itemKey, urlKey }) => ({
    newsletter_id: feed.newsletterId,
    feed_id: feed.id,
    item_key: itemKey,
    url: article.url,
    url_key: urlKey,
    title: article.title,
    summary: article.summary,
    image_url: article.imageUrl,
    image_alt: article.imageAlt,
    authors: [...article.authors],
    published_at: article.publishedAt && article.publishedAt < firstSeenAt ? article.publishedAt : firstSeenAt,
    first_seen_at: firstSeenAt,
    content_hash: article.contentHash,
    eligible: isNews(article, feed, now),
    ...findToldFirst(article),
  }))
  const rows = await trx
    .insertInto('articles')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'item_key'])
    .execute()
  return rows.flatMap(({ id, item_key }) => {
    const article = articles.get(item_key)
    return article ? [{ id, article }] : []
  })
}

/** For finding the article of another feed that told a story first: what was decided about that one holds for all that tell it. */
async function readToldFirst(trx: InTransaction, feed: StoringFeed, firstSeenAt: Date) {
  const { rows } = await sql<
    Pick<Row<'articles'>, 'id' | 'title' | 'summary' | 'pinned_at' | 'hidden_at' | 'hidden_untold' | 'available_from'>
  >`
    select id, title, summary, pinned_at, hidden_at, hidden_untold, available_from from (
      select * from articles
      where newsletter_id = ${feed.newsletterId} and first_seen_at > ${firstSeenAt}::timestamptz - make_interval(days => ${compared.days})
        and feed_id <> ${feed.id} and eligible and same_story_as is null
      order by newsletter_id desc, first_seen_at desc, id desc limit ${compared.articles}
    ) as newest order by id`.execute(trx)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const find = sameStoryAmong(rows)
  return (article: IncomingArticle) => {
    const first = byId.get(find(article)?.id ?? 0)
    const { pinned_at = null, hidden_at = null, hidden_untold = false, available_from = null } = first ?? {}
    return { same_story_as: first?.id ?? null, pinned_at, hidden_at, hidden_untold, available_from }
  }
}

/** What is at the head of the document, in its order. Written only where it is another. */
async function keepOrder(trx: InTransaction, feed: StoringFeed, articles: Matches['kept']): Promise<void> {
  const byPlace = articles.toSorted((one, other) => one.article.position - other.article.position)
  const ids = byPlace.slice(0, orderedItems).map(({ id }) => id)
  await sql`
    update feeds set item_order = ${ids}::bigint[]
    where id = ${feed.id} and item_order <> ${ids}::bigint[]`.execute(trx)
}

/** What was old before the feed was last read is stored, never sent: a new feed does not flood, a late one loses nothing. */
function isNews(article: IncomingArticle, feed: StoringFeed, now: Date): boolean {
  if (!article.publishedAt) return feed.lastSucceededAt !== null || article.position < undatedNewsOnFirstPoll
  const seenUntil = Math.min(now.getTime(), feed.lastSucceededAt?.getTime() ?? Number.POSITIVE_INFINITY)
  return article.publishedAt.getTime() > seenUntil - newsHours * 3_600_000
}

async function changeArticles(trx: InTransaction, changed: Matches['changed'], changedAt: Date): Promise<void> {
  if (changed.length === 0) return
  const rows = changed.map(({ id, article, keepsUrl }) => ({
    id,
    keeps_url: keepsUrl,
    url: article.url,
    url_key: article.urlKey,
    title: article.title,
    summary: article.summary,
    image_url: article.imageUrl,
    image_alt: article.imageAlt,
    authors: article.authors,
    content_hash: article.contentHash,
  }))
  await sql`
    update articles as a
    set title = c.title, summary = c.summary, image_url = c.image_url, image_alt = c.image_alt, authors = c.authors,
      url = case when c.keeps_url then a.url else c.url end,
      url_key = case when c.keeps_url then a.url_key else c.url_key end,
      content_hash = c.content_hash, changed_at = ${changedAt}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (
      id bigint, keeps_url boolean, url text, url_key text, title text, summary text, image_url text, image_alt text,
      authors text[], content_hash text)
    where a.id = c.id`.execute(trx)
}
