import { type AtomFeed, parseAtomFeed } from 'feedsmith'
import { cleanText } from '../platform/text.ts'
import { type FeedItem, isImage, type ParsedFeed } from './feed-item.ts'
import { htmlToText, isHtml, textToHtml } from './html-to-text.ts'
import { mediaDescription, mediaImages } from './parse-rss.ts'

type Entry = AtomFeed.Entry<string>
type Text = { readonly value?: string; readonly type?: string }

/** Reads Atom 1.0 (RFC 4287) and its forerunner. Throws where it is malformed. */
export function parseAtom(xml: string): ParsedFeed {
  const feed = parseAtomFeed(xml)
  const authors = names(feed.authors)
  return {
    title: feed.title ? plainText(feed.title) : null,
    base: feed.xml?.base ?? null,
    language: feed.xml?.lang ?? null,
    items: (feed.entries ?? []).map((entry) => named(readEntry(entry, authors), feed.title?.value)),
  }
}

function readEntry(entry: Entry, feedAuthors: string[]): FeedItem {
  const links = (entry.links ?? []).filter(({ href }) => href)
  const alternates = links.filter(({ rel }) => rel === undefined || rel === 'alternate')
  const page = alternates.find(({ type }) => type === undefined || type === 'text/html') ?? alternates[0]
  const enclosures = links.filter(({ rel, href, type }) => rel === 'enclosure' && isImage(href ?? '', type))
  const content = htmlOf(entry.content)
  const authors = names(entry.authors)
  return {
    guid: entry.id ?? null,
    link: page?.href ?? entry.content?.src ?? null,
    base: entry.xml?.base ?? entry.content?.xml?.base ?? null,
    title: entry.title ? plainText(entry.title) : '',
    summary: htmlOf(entry.summary) || mediaDescription(entry.media),
    content: content || htmlOf(entry.summary),
    published: entry.published ?? entry.updated ?? null,
    images: [...enclosures.flatMap(({ href }) => (href ? [{ url: href }] : [])), ...mediaImages(entry.media)],
    authors: authors.length > 0 ? authors : feedAuthors,
    categories: (entry.categories ?? []).flatMap(({ label, term }) => label ?? term ?? []),
  }
}

/** GitHub calls a release by its version, and the project in the title of the feed alone. */
function named(item: FeedItem, feedTitle = ''): FeedItem {
  const project = /^(?:Release notes|Tags) from (\S.{0,80})$/.exec(cleanText(feedTitle))?.[1]
  return project && /^v?\d+\.\d/i.test(item.title) ? { ...item, title: `${project} ${item.title}` } : item
}

const names = (people: AtomFeed.Person[] | undefined) => (people ?? []).flatMap(({ name }) => name ?? [])

const isMarkup = ({ type }: Text) => type !== undefined && /html|xml/i.test(type)

function plainText(text: Text): string {
  return isMarkup(text) ? htmlToText(text.value ?? '') : cleanText(text.value ?? '')
}

/** Many feeds put HTML where they promise text. */
function htmlOf(text: Text | undefined): string {
  const value = text?.value ?? ''
  return (text && isMarkup(text)) || isHtml(value) ? value : textToHtml(value)
}
