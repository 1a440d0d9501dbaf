import { Parser } from 'htmlparser2'
import { cleanText } from '../platform/text.ts'
import { type HtmlImage, pictureOf } from './pictures.ts'
import { blocks, gatherRunningText } from './running-text.ts'
import { closedShortcodes } from './shortcodes.ts'

/** More than this is not read: a summary and a first image are near the beginning. */
const maximumHtmlLength = 30_000

const unread = new Set(
  'script style figcaption noscript template iframe object svg math select textarea title audio video canvas'.split(
    ' ',
  ),
)

/** A passage of running text, one line for each that was written. */
export type ReadHtml = {
  /** All that can be read, on one line. */
  readonly text: string
  /** The running text: no captions, headings, lists, tables, code, bylines or buttons. A `br` is a line break. */
  readonly paragraphs: readonly string[]
  /** In order, their addresses as they are written. */
  readonly images: readonly HtmlImage[]
}

/**
 * Reads an HTML fragment, also one that was escaped once more than it should have been, or that is no HTML but lines of
 * text. `isOwnLink`: whether an address as it is written is that of the story that the fragment belongs to.
 */
export function readHtml(html: string, isOwnLink: (address: string) => boolean = () => false): ReadHtml {
  const written = html.slice(0, maximumHtmlLength)
  const { raw, ...read } = readOnce(written, isOwnLink)
  const escapedOnceMore = anyTag.test(written)
    ? escapedTwice.test(written) && written.replace(/&amp;(?=#?\w{2,31};)/g, '&')
    : (isHtml(raw) || (escapedCharacter.test(raw) && !raw.includes('<'))) && raw
  return escapedOnceMore ? readOnce(escapedOnceMore, isOwnLink) : read
}

/** The readable text of an HTML fragment, on one line. */
export function htmlToText(html: string): string {
  return /[<&]/.test(html) ? readHtml(html).text : cleanText(html)
}

/**
 * The text of a title that may be plain text or HTML, which RSS leaves open: a `<` that begins no complete tag, or a tag
 * that has neither attributes nor a partner, is characters of its own.
 */
export function titleToText(title: string): string {
  const written = title.slice(0, maximumHtmlLength)
  const tags = new Set(Array.from(written.matchAll(bareTag), ([tag]) => tag.toLowerCase()))
  const partnerOf = (slash: string, name: string) => `<${slash ? '' : '/'}${name.toLowerCase()}>`
  const html = written
    .replace(/<(?![a-z/!][^<>]*>)/gi, '&lt;')
    .replace(bareTag, (tag: string, slash: string, name: string) =>
      tags.has(partnerOf(slash, name)) || /^(?:br|wbr|hr)$/i.test(name) ? tag : tag.replace('<', '&lt;'),
    )
  const once = readOnce(html).text
  return escapedCharacter.test(once) ? readOnce(once.replaceAll('<', '&lt;')).text : once
}

/** Plain text as HTML that reads the same, line by line. */
export function textToHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .trim()
    .replace(/\r\n?|\n/g, '<br>')
}

/**
 * Whether plain text is HTML rather than about it: prose puts spaces around the tags that it names ("the `<p>` and `</p>`
 * tags"), which markup does not.
 */
export function isHtml(text: string): boolean {
  return /<img\s[^<>]{0,2000}\bsrc=|[^\s<>]<\/(?:p|div|a|span|b|i|em|strong|u|li|h[1-6]|blockquote|figure|section|article)\s*>|[.!?…\p{L}]<(?:br|p|div|hr)\b[^<>]*>|<(?:br|p|div|hr)(?:\s[^<>]*)?\/?>\p{L}/iu.test(
    text,
  )
}

const anyTag = /<[a-z/][^<>]*>/i
const blockTag = new RegExp(`<(?:${[...blocks].join('|')})\\b`, 'i')
const bareTag = /<(\/?)([a-z][a-z\d]*)>/gi
/** What is left of an entity that was escaped twice. `&lt;` is not among them: it may be meant. */
const entity = '(?:(?!lt;|gt;)[a-z][a-z\\d]{1,30}|#\\d{2,6}|#x[\\da-f]{2,5});'
const escapedCharacter = new RegExp(`&${entity}`, 'i')
const escapedTwice = new RegExp(`&amp;${entity}`, 'i')

/** `raw`: all that can be read, as it was written. Where there are no blocks, a line break in the text is one. */
function readOnce(html: string, isOwnLink = (_address: string) => false): ReadHtml & { readonly raw: string } {
  const parts: string[] = []
  const images: HtmlImage[] = []
  const running = gatherRunningText({ isOwnLink, closed: closedShortcodes(html), keepsLines: !blockTag.test(html) })
  let unreadDepth = 0
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (unread.has(name)) unreadDepth++
        if (blocks.has(name)) parts.push(' ')
        running.open(name, attributes)
        const image = name === 'img' && unreadDepth === 0 ? pictureOf(attributes) : undefined
        if (image) {
          images.push(image)
          running.picture()
        }
      },
      ontext: (text) => {
        if (unreadDepth > 0) return
        parts.push(text)
        running.write(text)
      },
      onclosetag: (name) => {
        if (unread.has(name)) unreadDepth--
        if (blocks.has(name)) parts.push(' ')
        running.close(name)
      },
    },
    { decodeEntities: true },
  )
  parser.end(html.slice(0, maximumHtmlLength))
  const raw = parts.join('')
  return { text: cleanText(raw), paragraphs: running.end(), images, raw }
}
