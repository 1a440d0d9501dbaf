import { sha256, toHex } from '../platform/encoding.ts'
import { cleanText, cutAtWord } from '../platform/text.ts'
import { resolveUrl, urlKeyOf } from './article-url.ts'
import { parseFeedDate } from './feed-date.ts'
import type { FeedImage, FeedItem } from './feed-item.ts'
import { readHtml } from './html-to-text.ts'
import { type HtmlImage, isDecorativeImage, preferred } from './pictures.ts'
import { firstSentence, unwrapped } from './sentences.ts'
import { summarise } from './summarise.ts'

const maximumTitle = 300
const maximumSummary = 400
const maximumAlt = 300
const maximumName = 80
const maximumSlug = 100
const maximumTopics = 10
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
  /** As the feed states them, in pixels; null where it does not. They are no part of `contentHash`. */
  readonly imageWidth?: number | null
  readonly imageHeight?: number | null
  readonly authors: readonly string[]
  /** Null where the feed gives no date, or none that can be read. */
  readonly publishedAt: Date | null
  readonly topics: readonly TopicName[]
  readonly contentHash: string
}

/**
 * Makes an article of an item; null if it holds nothing to show. `bases` are what its addresses are relative to, from the
 * inside out; `language` is that of its text.
 */
export async function normaliseItem(
  item: FeedItem,
  position: number,
  bases: readonly (string | null)[],
  language = 'en',
): Promise<IncomingArticle | null> {
  const resolve = (written: string | null | undefined) => resolveUrl(written, item.base, ...bases)
  const url = resolve(item.link)
  const fullKey = url === null ? null : urlKeyOf(url)
  const urlKey = fullKey === null ? null : await shortKey(fullKey)
  const isOwnLink = (address: string) => {
    const target = resolve(address)
    return fullKey !== null && target !== null && urlKeyOf(target) === fullKey
  }
  const content = readHtml(item.content, isOwnLink)
  const written = cleanText(item.title).replace(/\s+#shorts?$/i, '')
  const own = item.summary === item.content ? content : readHtml(item.summary, isOwnLink)
  const text = own.paragraphs[0] ?? content.paragraphs[0] ?? (own.text || content.text)
  if (written === '' && text === '' && url === null) return null

  const title = cutAtWord(written || cleanText(headlineOf(text, language)) || url || 'Untitled', maximumTitle)
  const image = chosenImage(item.images, [...content.images, ...own.images], resolve)
  const authors = authorsOf(item.authors)
  const told = { summary: own.paragraphs, content: content.paragraphs, title, authors, language }
  const summary = cleanText(summarise(told, maximumSummary))
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
    imageWidth: image.width ?? null,
    imageHeight: image.height ?? null,
    authors,
    publishedAt: parseFeedDate(item.published),
    topics,
    contentHash: await hash(shown),
  }
}

/** The first sentence, or line, without its full stop, which headlines do not have. */
const headlineOf = (text: string, language: string) =>
  firstSentence(unwrapped(text.slice(0, 1000).split('\n'))[0] ?? '', language).replace(/(?<![.\s].{0,2})[.。]$/u, '')

/** Names; not those of machines, nor the ones that publishing systems give to an account that is nobody's. */
function authorsOf(written: readonly string[]): string[] {
  const names = written.map((name) => cutAtWord(cleanText(name).replace(/^by\s+/i, ''), maximumName))
  const nobody = /\[bot\]$|^(?:admin(?:istrator)?|webmaster|unknown|anonymous|no-?reply|editor|wordpress|root|user)?$/i
  return [...new Set(names)].filter((name) => !nobody.test(name)).slice(0, maximumAuthors)
}

type ChosenImage = Omit<HtmlImage, 'url'> & { readonly url: string | null }

function chosenImage(
  named: readonly FeedImage[],
  inContent: readonly HtmlImage[],
  resolve: (written: string) => string | null,
): ChosenImage {
  const pictures = [...named.map((image) => ({ alt: '', ...image })), ...inContent].flatMap((image) => {
    const url = resolve(image.url)
    return url === null || isDecorativeImage(url) ? [] : [{ ...image, url, alt: cutAtWord(image.alt, maximumAlt) }]
  })
  const chosen = preferred(pictures)
  if (!chosen) return { url: null, alt: '' }
  // What is not said where it is named may be said where it stands.
  const same = pictures.filter(({ url }) => url === chosen.url)
  const { width, height } = same.find((image) => image.width !== undefined) ?? chosen
  return { url: chosen.url, alt: same.find(({ alt }) => alt !== '')?.alt ?? '', width, height }
}

/** What publishing systems (WordPress, Joomla) file under where nobody chose: it says nothing of what a story is about. */
const defaultCategories = new Set(
  'uncategorized uncategorised allgemein unkategorisiert non-classé sin-categoría senza-categoria sem-categoria geen-categorie bez-kategorii без-рубрики без-категорії без-категория nekategorizirano غير-مصنف 未分类 未分類 미분류'.split(
    ' ',
  ),
)

function topicsOf(categories: readonly string[]): TopicName[] {
  const topics = new Map<string, TopicName>()
  for (const category of categories) {
    const name = topicName(cutAtWord(cleanText(category), maximumName))
    const slug = slugOf(name)
    if (slug !== '' && !defaultCategories.has(slug) && !topics.has(slug) && topics.size < maximumTopics)
      topics.set(slug, { slug, name })
  }
  return [...topics.values()]
}

/** Tags that are written for addresses ("machine-learning") are shown as words ("Machine learning"). */
function topicName(written: string): string {
  if (written !== written.toLowerCase()) return written
  const words = written.includes(' ') ? written : written.replace(/[-_]+/g, ' ').trim()
  return words.replace(/^./u, (letter) => letter.toUpperCase())
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
