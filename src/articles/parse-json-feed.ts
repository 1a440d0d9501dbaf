import { type JsonFeed, parseJsonFeed as parse } from 'feedsmith'
import { cleanText } from '../platform/text.ts'
import { FeedFormatError, type FeedItem, isImage, type ParsedFeed } from './feed-item.ts'
import { textToHtml } from './html-to-text.ts'

type JsonItem = JsonFeed.Item<string>

/** Reads JSON Feed 1.0 and 1.1. Items without an id are left out, as jsonfeed.org/version/1.1 demands. */
export function parseJsonFeed(json: string): ParsedFeed {
  let document: unknown
  try {
    // The parser takes any object with a `length` for a list, and would make one of that many items.
    document = JSON.parse(json, (key, value) => (key === 'length' ? undefined : value))
  } catch {
    throw new FeedFormatError('It is no valid JSON, or was cut off: the publisher has to mend it.')
  }
  const feed = read(document)
  const authors = names(feed.authors)
  return {
    title: feed.title ? cleanText(feed.title) : null,
    base: feed.home_page_url ?? null,
    language: feed.language ?? null,
    items: (feed.items ?? []).filter(({ id }) => id !== undefined).map((item) => readItem(item, authors)),
  }
}

function read(document: unknown): JsonFeed.Feed<string> {
  try {
    return parse(document)
  } catch {
    throw new FeedFormatError('It is JSON, but no JSON Feed: use the address of an RSS, Atom or JSON feed.')
  }
}

function readItem(item: JsonItem, feedAuthors: string[]): FeedItem {
  const text = textToHtml(item.content_text ?? '')
  const attached = (item.attachments ?? []).flatMap(({ url, mime_type }) =>
    url && isImage(url, mime_type) ? [url] : [],
  )
  const authors = names(item.authors)
  return {
    guid: item.id ?? null,
    link: item.url ?? item.external_url ?? null,
    base: null,
    title: cleanText(item.title ?? ''),
    summary: textToHtml(item.summary ?? ''),
    content: item.content_html ?? text,
    published: item.date_published ?? item.date_modified ?? null,
    images: [item.image, item.banner_image, ...attached].flatMap((url) => (url === undefined ? [] : [{ url }])),
    authors: authors.length > 0 ? authors : feedAuthors,
    categories: item.tags ?? [],
  }
}

const names = (people: JsonFeed.Author[] | undefined) => (people ?? []).flatMap(({ name }) => name ?? [])
