import { Parser } from 'htmlparser2'
import { resolveUrl } from './article-url.ts'
import { FeedFormatError, type ParsedFeed } from './feed-item.ts'
import { parseAtom } from './parse-atom.ts'
import { parseJsonFeed } from './parse-json-feed.ts'
import { parseRdf, parseRss } from './parse-rss.ts'

/**
 * Reads a feed of any format; `address` is where it came from. Throws {@link FeedFormatError} for anything else, and for
 * a feed that is cut off or that has a DTD, which is never read (OWASP XML External Entity Prevention).
 */
export function parseFeed(text: string, address: string): ParsedFeed {
  const document = text.replace(/^[\ufeff\s]+/, '')
  if (document === '') throw new FeedFormatError('It is empty: the publisher has to mend it.')
  if (document.startsWith('{')) return parseJsonFeed(document)

  const { root, doctype } = readProlog(document)
  const name = root?.replace(/^.*:/, '').toLowerCase() ?? ''
  if (doctype?.toLowerCase() === 'html' || pageElements.has(name)) throw webPage(document, address)
  if (doctype !== null || hasDeclaration(document)) {
    throw new FeedFormatError(
      'It has a DTD (<!DOCTYPE or <!ENTITY), which is not read: the publisher has to leave it out.',
    )
  }
  const parse = parsers[name]
  if (!root || !parse) {
    throw new FeedFormatError('It is neither RSS nor Atom nor JSON Feed: check that the address is that of a feed.')
  }
  if (!isComplete(document, root)) {
    throw new FeedFormatError('It ends in the middle: it was cut off, and is tried again later.')
  }
  try {
    return parse(withoutLengths(document))
  } catch (cause) {
    throw new FeedFormatError('It is not well-formed XML: the publisher has to mend it.', { cause })
  }
}

const parsers: Readonly<Record<string, (xml: string) => ParsedFeed>> = { rss: parseRss, rdf: parseRdf, feed: parseAtom }
const pageElements = new Set(['html', 'head', 'body', 'div', 'script', 'meta', 'title', 'p', 'center'])

/** The name after `<!DOCTYPE`, or else that of the first element. */
function readProlog(xml: string): { root: string | null; doctype: string | null } {
  let at = xml.indexOf('<')
  while (at >= 0) {
    if (xml.startsWith('<?', at)) at = xml.indexOf('?>', at)
    else if (xml.startsWith('<!--', at)) at = xml.indexOf('-->', at)
    else if (/^<!doctype/i.test(xml.slice(at, at + 9))) {
      return { root: null, doctype: /^\s+([\w:.-]+)/.exec(xml.slice(at + 9, at + 200))?.[1] ?? '' }
    } else {
      const root = /^<([a-z_][\w:.-]*)/i.exec(xml.slice(at, at + 200))?.[1]
      if (root) return { root, doctype: null }
    }
    if (at >= 0) at = xml.indexOf('<', at + 1)
  }
  return { root: null, doctype: null }
}

/** Whether a DTD's declarations stand anywhere but in a comment or a CDATA section. */
function hasDeclaration(xml: string): boolean {
  let at = xml.indexOf('<!')
  while (at >= 0) {
    if (xml.startsWith('<![CDATA[', at)) at = xml.indexOf(']]>', at)
    else if (xml.startsWith('<!--', at)) at = xml.indexOf('-->', at)
    else if (/^<!(doctype|entity)/i.test(xml.slice(at, at + 9))) return true
    if (at >= 0) at = xml.indexOf('<!', at + 1)
  }
  return false
}

/** Whether the root element ends. A feed that was cut off must not pass for one whose later items are gone. */
function isComplete(xml: string, root: string): boolean {
  const end = xml.lastIndexOf(`</${root}`)
  if (end >= 0) return /^\s*>/.test(xml.slice(end + root.length + 2, end + root.length + 100))
  return (
    xml
      .replace(/-->\s*$/, '')
      .trimEnd()
      .endsWith('/>') && !xml.includes('</')
  )
}

/** The parser takes any element with a child named `length` for a list, and would make one of that many items. */
function withoutLengths(xml: string): string {
  return xml.replace(/<(\/?)(?:[\w.-]+:)?length(?=[\s/>])/gi, '<$1unread')
}

function webPage(html: string, address: string): FeedFormatError {
  const feed = findFeedLink(html, address)
  return new FeedFormatError(
    feed
      ? `This is a web page, not a feed; it names its feed: ${feed.slice(0, 300)}`
      : 'This is a web page, not a feed: look on the page for a link to its RSS or Atom feed.',
  )
}

function findFeedLink(html: string, address: string): string | null {
  let found: string | null = null
  const parser = new Parser({
    onopentag: (name, { rel = '', type = '', href = '' }) => {
      if (found || name !== 'link' || !/\balternate\b/i.test(rel)) return
      if (/^application\/(rss\+xml|atom\+xml|feed\+json)\s*(;|$)/i.test(type)) found = resolveUrl(href, address)
    },
  })
  parser.end(html.slice(0, 500_000))
  return found
}
