import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import type { InTransaction, Row } from '../platform/database/schema.ts'
import { type KnownArticle, type Matches, matchArticles } from './match-articles.ts'
import type { IncomingArticle } from './normalise-item.ts'
import { retoldDays, sameStoryAmong } from './same-story.ts'
import { addArticleTopics, findOrAddTopics, storeArticleTopics } from './store-topics.ts'
import { tellAnew } from './tell-anew.ts'

/** How old an article may be when it is first seen, counted from the feed's last good poll, and still be sent. */
const newsHours = 48
/** So many undated items of a feed's first document count as news. */
const undatedNewsOnFirstPoll = 10
/** An article is compared with so many of the newest that other feeds told first. */
const comparedArticles = 1_000
/** So many articles at the head of a document have a place that is kept. */
const placedItems = 50

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
  const { changed, shared } = matches
  await keepPlaces(trx, matches)
  if (matches.added.length + changed.length + shared.length === 0) return { added: 0, changed: 0 }
  const { now, firstSeenAt } = await readTimes(trx, clock, feed.newsletterId)
  const added = await addArticles(trx, feed, matches, now, firstSeenAt)
  await changeArticles(trx, changed, firstSeenAt)
  const own = [...added, ...changed].map(({ id, article }) => ({ id, topics: article.topics }))
  const topics = [...own, ...shared].flatMap((article) => article.topics)
  const topicIds = await findOrAddTopics(trx, feed.newsletterId, topics)
  await storeArticleTopics(trx, topicIds, own)
  await addArticleTopics(trx, topicIds, shared)
  if (changed.length > 0) {
    await tellAnew(
      trx,
      changed.map(({ id }) => id),
    )
  }
  return { added: added.length, changed: changed.length + shared.length }
}

async function findKnown(
  trx: InTransaction,
  feed: StoringFeed,
  incoming: readonly IncomingArticle[],
): Promise<KnownArticle[]> {
  const itemKeys = incoming.flatMap(({ itemKey, sharedGuidKey }) => [itemKey, sharedGuidKey])
  const urlKeys = incoming.flatMap(({ urlKey }) => urlKey ?? [])
  const { rows } = await sql<KnownArticle>`
    select id, feed_id, item_key, url, url_key, title, content_hash, best_place,
      case when feed_id = ${feed.id} then '{}' else array(
        select t.slug from article_topics x join topics t on t.id = x.topic_id where x.article_id = articles.id) end as other_topics
    from articles
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
  matches: Matches,
  now: Date,
  firstSeenAt: Date,
): Promise<{ id: number; article: IncomingArticle }[]> {
  const { added } = matches
  if (added.length === 0) return []
  const places = placesIn(matches)
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
    image_width: article.imageWidth ?? null,
    image_height: article.imageHeight ?? null,
    authors: [...article.authors],
    published_at: article.publishedAt && article.publishedAt < firstSeenAt ? article.publishedAt : firstSeenAt,
    first_seen_at: firstSeenAt,
    content_hash: article.contentHash,
    eligible: isNews(article, feed, now),
    best_place: places.get(article) ?? null,
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
      where newsletter_id = ${feed.newsletterId} and first_seen_at > ${firstSeenAt}::timestamptz - make_interval(days => ${retoldDays})
        and feed_id <> ${feed.id} and eligible and same_story_as is null
      order by newsletter_id desc, first_seen_at desc, id desc limit ${comparedArticles}
    ) as newest order by id`.execute(trx)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const find = sameStoryAmong(rows)
  return (article: IncomingArticle) => {
    const first = byId.get(find(article)?.id ?? 0)
    const { pinned_at = null, hidden_at = null, hidden_untold = false, available_from = null } = first ?? {}
    return { same_story_as: first?.id ?? null, pinned_at, hidden_at, hidden_untold, available_from }
  }
}

/** Which place the articles at the head of the document have among those of the feed, from 0. */
function placesIn({ added, kept }: Matches): ReadonlyMap<IncomingArticle, number> {
  const inOrder = [...added, ...kept].map(({ article }) => article).sort((one, other) => one.position - other.position)
  return new Map(inOrder.slice(0, placedItems).map((article, place) => [article, place]))
}

/** Of known articles that are further up than they ever were. */
async function keepPlaces(trx: InTransaction, matches: Matches): Promise<void> {
  const places = placesIn(matches)
  const risen = matches.kept.flatMap(({ id, article, bestPlace }) => {
    const place = places.get(article)
    return place !== undefined && place < (bestPlace ?? placedItems) ? [{ id, place }] : []
  })
  if (risen.length === 0) return
  await sql`
    update articles set best_place = risen.place
    from unnest(${risen.map(({ id }) => id)}::bigint[], ${risen.map(({ place }) => place)}::int[]) as risen (id, place)
    where articles.id = risen.id`.execute(trx)
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
    image_width: article.imageWidth,
    image_height: article.imageHeight,
    authors: article.authors,
    content_hash: article.contentHash,
  }))
  await sql`
    update articles as a
    set title = c.title, summary = c.summary, image_url = c.image_url, image_alt = c.image_alt,
      image_width = c.image_width, image_height = c.image_height, authors = c.authors,
      url = case when c.keeps_url then a.url else c.url end,
      url_key = case when c.keeps_url then a.url_key else c.url_key end,
      content_hash = c.content_hash, changed_at = ${changedAt}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (
      id bigint, keeps_url boolean, url text, url_key text, title text, summary text, image_url text, image_alt text,
      image_width int, image_height int, authors text[], content_hash text)
    where a.id = c.id`.execute(trx)
}
