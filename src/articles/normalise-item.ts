import { sha256, toHex } from '../platform/encoding.ts'
import { resolveUrl, urlKeyOf } from './article-url.ts'
import { parseFeedDate } from './feed-date.ts'
import type { FeedItem } from './feed-item.ts'
import { isDecorativeImage, readHtml } from './html-to-text.ts'
import { cleanText, cutAtSentence, cutAtWord, firstSentence } from './plain-text.ts'

const maximumTitle = 300
const maximumSummary = 400
const maximumAlt = 300
const maximumName = 80
const maximumSlug = 100
const maximumTopics = 10
/** No summary is made of more than this, and patterns are not matched against megabytes. */
const maximumText = 30_000
const maximumAuthors = 10
/** PostgreSQL takes no more than 2,704 bytes into an index; a longer key is replaced by its hash. */
const maximumKey = 600

export type TopicName = { readonly slug: string; readonly name: string }

/** An item of a feed as an article that could be stored. Whatever the item held, PostgreSQL takes this. */
export type IncomingArticle = {
  /** The place in the document, from 0. */
  readonly position: number
  /** What tells the item from others of its feed: its guid, else its address, else a hash of title and date. */
  readonly itemKey: string
  /** The key instead, where another story of the feed has this guid already. */
  readonly sharedGuidKey: string
  readonly url: string | null
  /** What the story's other addresses share with this one; null where the address tells no story from another. */
  readonly urlKey: string | null
  readonly title: string
  readonly summary: string
  readonly imageUrl: string | null
  readonly imageAlt: string
  readonly authors: readonly string[]
  /** Null where the feed gives no date, or none that can be read. */
  readonly publishedAt: Date | null
  readonly topics: readonly TopicName[]
  readonly contentHash: string
}

/**
 * Makes an article of an item; null if it holds nothing to show. `bases` are what its addresses are relative to, from the
 * inside out.
 */
export async function normaliseItem(
  item: FeedItem,
  position: number,
  bases: readonly (string | null)[],
): Promise<IncomingArticle | null> {
  const resolve = (written: string | null | undefined) => resolveUrl(written, item.base, ...bases)
  const url = resolve(item.link)
  const fullKey = url === null ? null : urlKeyOf(url)
  const urlKey = fullKey === null ? null : await shortKey(fullKey)
  const content = readHtml(item.content)
  const written = cleanText(item.title)
  const text = cleanText(item.summary.slice(0, maximumText)) || content.text
  if (written === '' && text === '' && url === null) return null

  const title = cutAtWord(written || firstSentence(text.slice(0, 1000)) || url || 'Untitled', maximumTitle)
  const summary = summarise(text === written ? content.text : text, written)
  const image = firstImage(item.images, content.images, resolve)
  const authors = [...new Set(item.authors.map((name) => cutAtWord(cleanText(name), maximumName)))]
    .filter((name) => name !== '')
    .slice(0, maximumAuthors)
  const topics = topicsOf(item.categories)

  const guid = cleanText(item.guid ?? '')
  const itemKey = guid || (urlKey ? `url:${urlKey}` : `hash:${await hash([written || text, item.published])}`)
  const shown = [title, summary, urlKey, image.url, image.alt, authors, topics.map(({ slug }) => slug)]
  return {
    position,
    itemKey: await shortKey(itemKey),
    sharedGuidKey: await shortKey(`${itemKey} ${urlKey ?? title}`),
    url,
    urlKey,
    title,
    summary,
    imageUrl: image.url,
    imageAlt: image.alt,
    authors,
    publishedAt: parseFeedDate(item.published),
    topics,
    contentHash: await hash(shown),
  }
}

/** What content management systems add to a summary says nothing of the story; nor does a summary that repeats the title. */
function summarise(text: string, title: string): string {
  const summary = text
    .replace(/\s?The post .{1,400} appeared first on .{1,200}$/, '')
    .replace(/\s?\[(?:…|\.\.\.)\]\s*$/, '…')
  return summary === title ? '' : cutAtSentence(summary, maximumSummary)
}

function firstImage(
  named: readonly string[],
  inContent: readonly { readonly url: string; readonly alt: string }[],
  resolve: (written: string) => string | null,
): { url: string | null; alt: string } {
  const pictures = inContent.map(({ url, alt }) => ({ url: resolve(url), alt: cutAtWord(alt, maximumAlt) }))
  const chosen = named.map(resolve).find((url) => url !== null && !isDecorativeImage(url))
  if (chosen) return { url: chosen, alt: pictures.find(({ url }) => url === chosen)?.alt ?? '' }
  return pictures.find(({ url }) => url !== null) ?? { url: null, alt: '' }
}

function topicsOf(categories: readonly string[]): TopicName[] {
  const topics = new Map<string, TopicName>()
  for (const category of categories) {
    const name = cutAtWord(cleanText(category), maximumName)
    const slug = slugOf(name)
    if (slug !== '' && !topics.has(slug) && topics.size < maximumTopics) topics.set(slug, { slug, name })
  }
  return [...topics.values()]
}

/** Letters and digits of any script, in lower case, with hyphens between the words. One character can become 18 (NFKC). */
function slugOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')
    .slice(0, maximumSlug)
    .replace(/^-|[-\ud800-\udbff]$/g, '')
}

/** A key as it is stored. */
export async function shortKey(key: string): Promise<string> {
  return key.length <= maximumKey ? key : `sha256:${await hash(key)}`
}

const hash = async (value: unknown) => toHex(await sha256(JSON.stringify(value)))
