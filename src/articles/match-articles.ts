// Which items of a document are new articles, which are known ones, and which are the same story once more.
import { urlKeyOf } from './article-url.ts'
import type { IncomingArticle, TopicName } from './normalise-item.ts'

/** An article has so many topics at most, however many feeds it is in. */
const mostTopics = 30

/** What is known of a stored article, of this feed or of another of the newsletter. */
export type KnownArticle = {
  readonly id: number
  readonly feed_id: number
  readonly item_key: string
  readonly url: string | null
  readonly url_key: string | null
  readonly title: string
  readonly content_hash: string
  readonly best_place: number | null
  /** The slugs of its topics, where it is another feed's. */
  readonly other_topics: readonly string[]
}

export type Matches = {
  /** `urlKey` is null where the address is another story's. */
  readonly added: readonly {
    readonly article: IncomingArticle
    readonly itemKey: string
    readonly urlKey: string | null
  }[]
  /** `keepsUrl` where there is no new address, or it is another story's. */
  readonly changed: readonly { readonly id: number; readonly article: IncomingArticle; readonly keepsUrl: boolean }[]
  /** The feed's own articles that the document holds still. */
  readonly kept: readonly {
    readonly id: number
    readonly article: IncomingArticle
    readonly bestPlace: number | null
  }[]
  /** Other feeds' articles that the document has, too, and topics that it gives them and they do not have. */
  readonly shared: readonly { readonly id: number; readonly topics: readonly TopicName[] }[]
}

/**
 * An item is the article with its guid, unless both address and title differ: then a feed has used the guid again. Else it
 * is the article with its address, unless another item of the document, with another title, is that one.
 */
export function matchArticles(
  feedId: number,
  incoming: readonly IncomingArticle[],
  known: readonly KnownArticle[],
): Matches {
  const byItemKey = new Map(known.filter((row) => row.feed_id === feedId).map((row) => [row.item_key, row]))
  const byUrlKey = new Map(known.flatMap((row) => (row.url_key === null ? [] : [[row.url_key, row] as const])))
  const rows = new Map<number, IncomingArticle>()
  const byKey = new Map<string, IncomingArticle>()
  const unmatched: { article: IncomingArticle; itemKey: string }[] = []

  for (const article of incoming) {
    const itemKey = [article.itemKey, article.sharedGuidKey].find((key) => {
      const row = byItemKey.get(key)
      const earlier = byKey.get(key)
      return (!row || isSameStory(article, storyOf(row))) && (!earlier || isSameStory(article, earlier))
    })
    if (itemKey === undefined || byKey.has(itemKey)) continue
    byKey.set(itemKey, article)
    const row = byItemKey.get(itemKey)
    if (row) rows.set(row.id, article)
    else unmatched.push({ article, itemKey })
  }

  const added: { article: IncomingArticle; itemKey: string; urlKey: string | null }[] = []
  const addedUrls = new Map<string, IncomingArticle>()
  for (const { article, itemKey } of unmatched) {
    const { urlKey } = article
    const row = urlKey === null ? undefined : byUrlKey.get(urlKey)
    const sharer = urlKey === null ? undefined : (addedUrls.get(urlKey) ?? (row && rows.get(row.id)))
    if (sharer && sharer.title === article.title) continue
    if (row && !sharer) {
      rows.set(row.id, article)
      continue
    }
    const isFree = urlKey !== null && !sharer
    added.push({ article, itemKey, urlKey: isFree ? urlKey : null })
    if (isFree) addedUrls.set(urlKey, article)
  }

  const changed = known.flatMap((row) => {
    const article = rows.get(row.id)
    if (!article || row.feed_id !== feedId || row.content_hash === article.contentHash) return []
    const { urlKey } = article
    const isOthers = urlKey !== null && urlKey !== row.url_key && (byUrlKey.has(urlKey) || addedUrls.has(urlKey))
    if (urlKey !== null && !isOthers) addedUrls.set(urlKey, article)
    return [{ id: row.id, article, keepsUrl: isOthers || article.url === null }]
  })
  const kept = known.flatMap(({ id, feed_id, best_place }) => {
    const article = rows.get(id)
    return article && feed_id === feedId ? [{ id, article, bestPlace: best_place }] : []
  })
  const shared = known.flatMap(({ id, feed_id, other_topics }) => {
    const topics = (rows.get(id)?.topics ?? []).filter(({ slug }) => !other_topics.includes(slug))
    const room = Math.max(0, mostTopics - other_topics.length)
    return feed_id === feedId || topics.length === 0 || room === 0 ? [] : [{ id, topics: topics.slice(0, room) }]
  })
  return { added, changed, kept, shared }
}

type Story = { readonly title: string; readonly urlKey: string | null }

const isSameStory = (one: Story, other: Story) => one.urlKey === other.urlKey || one.title === other.title

/** A row without a key may still have the address: another story had it first. */
const storyOf = (row: KnownArticle): Story => ({
  title: row.title,
  urlKey: row.url_key ?? (row.url === null ? null : urlKeyOf(row.url)),
})
