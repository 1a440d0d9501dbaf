import { type MediaNs, parseRdfFeed, parseRssFeed, type RdfFeed, type RssFeed } from 'feedsmith'
import { type FeedImage, type FeedItem, isImage, type ParsedFeed } from './feed-item.ts'
import { htmlToText, textToHtml, titleToText } from './html-to-text.ts'
import { bestFirst, isTooSmall, pixels } from './pictures.ts'

type RssItem = RssFeed.Item<string>
type RdfItem = RdfFeed.Item<string>

/** Reads RSS 0.91 to 2.0. Throws where it is malformed. */
export function parseRss(xml: string): ParsedFeed {
  const feed = parseRssFeed(withoutPeople(xml))
  return {
    title: feed.title ? titleToText(feed.title) : null,
    base: feed.xml?.base ?? feed.link ?? null,
    language: feed.language ?? feed.dc?.languages?.[0] ?? null,
    items: (feed.items ?? []).map(readRssItem),
  }
}

/** Reads RSS 0.90 and 1.0. Throws where it is malformed. */
export function parseRdf(xml: string): ParsedFeed {
  const feed = parseRdfFeed(xml)
  return {
    title: feed.title ? titleToText(feed.title) : null,
    base: feed.xml?.base ?? feed.link ?? null,
    language: feed.dc?.languages?.[0] ?? null,
    items: (feed.items ?? []).map((item) => ({
      ...readCommon(item),
      guid: item.rdf?.about ?? null,
      published: item.dc?.dates?.[0] ?? item.dcterms?.created?.[0] ?? null,
      images: mediaImages(item.media),
      authors: authorNames(item.dc?.creators ?? []),
      categories: item.dc?.subjects ?? [],
    })),
  }
}

/**
 * The parser takes time that grows with the square of the length of a person: a feed could keep it busy for hours. So it
 * gets an author as a `dc:creator`, which it only copies, and the people of the channel not at all.
 */
function withoutPeople(xml: string): string {
  return xml
    .replace(/<(\/?)author(?=[\s/>])/gi, '<$1dc:creator')
    .replace(/<(\/?)(?:managingeditor|webmaster)(?=[\s/>])/gi, '<$1unread')
}

function readRssItem(item: RssItem): FeedItem {
  const enclosures = (item.enclosures ?? []).flatMap(({ url, type }) => (url && isImage(url, type) ? [{ url }] : []))
  const itunes = item.itunes?.image ? [{ url: item.itunes.image }] : []
  const atomLink = item.atom?.links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href
  const guid = item.guid?.value ?? null
  const guidIsLink = item.guid?.isPermaLink !== false && /^https?:\/\//i.test(guid ?? '')
  return {
    ...readCommon(item),
    guid,
    link: item.link ?? atomLink ?? (guidIsLink ? guid : null),
    published:
      item.pubDate ??
      item.dc?.dates?.[0] ??
      item.dcterms?.created?.[0] ??
      item.atom?.published ??
      item.atom?.updated ??
      null,
    images: [...enclosures, ...mediaImages(item.media), ...itunes],
    authors: authorNames([...(item.dc?.creators ?? []), ...(item.itunes?.author ? [item.itunes.author] : [])]),
    categories: [...(item.categories ?? []).flatMap(({ name }) => name ?? []), ...(item.dc?.subjects ?? [])],
  }
}

function readCommon(item: RssItem | RdfItem): Pick<FeedItem, 'link' | 'base' | 'title' | 'summary' | 'content'> {
  const told = 'itunes' in item ? (item.itunes?.summary ?? item.itunes?.subtitle) : undefined
  const description = item.description || item.dc?.descriptions?.[0] || told || mediaDescription(item.media)
  return {
    link: item.link ?? null,
    base: item.xml?.base ?? null,
    title: titleToText(item.title ?? item.dc?.titles?.[0] ?? item.media?.title?.value ?? ''),
    summary: description,
    content: item.content?.encoded ?? description,
  }
}

/** The images of Media RSS (rssboard.org/media-rss), the best first, before the thumbnails. */
export function mediaImages(media: MediaNs.ItemOrFeed | undefined): FeedImage[] {
  if (!media) return []
  const groups = [media, ...(media.groups ?? [])]
  const contents = groups.flatMap((group) => group.contents ?? [])
  const images = contents.flatMap(({ url, type, medium, width, height }) =>
    url && isImage(url, type, medium) && !isTooSmall(width) ? [sized(url, width, height)] : [],
  )
  const thumbnails = [...groups, ...contents].flatMap(({ thumbnails = [] }) =>
    thumbnails.flatMap(({ url, width, height }) => (url && !isTooSmall(width) ? [sized(url, width, height)] : [])),
  )
  return [...bestFirst(images), ...bestFirst(thumbnails)]
}

const sized = (url: string, width: number | undefined, height: number | undefined): FeedImage => ({
  url,
  width: pixels(width),
  height: pixels(height),
})

/**
 * The description of a film in Media RSS as HTML; it is plain text unless it says otherwise. That of the item itself is not
 * read: newsrooms put the caption of its picture there.
 */
export function mediaDescription(media: MediaNs.ItemOrFeed | undefined): string {
  const { value = '', type } = media?.groups?.[0]?.description ?? {}
  return type === 'html' ? value : textToHtml(value)
}

/** Names without mail addresses: `jane@example.com (Jane)`, `Jane <jane@example.com>`, or nothing but a name. */
function authorNames(authors: readonly string[]): string[] {
  return authors.flatMap((author) => {
    const text = htmlToText(author.slice(0, 500).replace(/<[^<>\s]*@[^<>\s]*>/g, ''))
    const inBrackets = /^\S*@\S*\s*\(([^()]+)\)$/.exec(text)?.[1]
    const name = inBrackets ?? text
    return name.includes('@') ? [] : [name]
  })
}
