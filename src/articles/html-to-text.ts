import { Parser } from 'htmlparser2'
import { cleanText } from './plain-text.ts'

export type HtmlImage = { readonly url: string; readonly alt: string }

/** More than this is not read: a summary and a first image are near the beginning. */
const maximumHtmlLength = 30_000

const unread = new Set(
  'script style figcaption noscript template iframe object svg math select textarea title audio video canvas'.split(
    ' ',
  ),
)
const blocks = new Set(
  'address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul'.split(
    ' ',
  ),
)

/** Pictures that are no picture of the story: counters, smileys, faces of authors. */
const decorative =
  /feeds\.feedburner\.com\/~|feedburner\.google|\/(?:pixel|tracking|beacon|spacer|blank|1x1)\b[^/]*$|stats\.wordpress\.com|pixel\.wp\.com|doubleclick\.net|gravatar\.com|\/images\/core\/emoji\/|\/smilies\//i

/** Whether an image's address is one of a counter, a smiley or an avatar. */
export function isDecorativeImage(url: string): boolean {
  return decorative.test(url.slice(0, 2000))
}

/** The readable text of an HTML fragment on one line, and its pictures in order, as their addresses are written. */
export function readHtml(html: string): { text: string; images: HtmlImage[] } {
  const parts: string[] = []
  const images: HtmlImage[] = []
  let unreadDepth = 0
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (unread.has(name)) unreadDepth++
        if (blocks.has(name)) parts.push(' ')
        if (name === 'img' && unreadDepth === 0) {
          const image = pictureOf(attributes)
          if (image) images.push(image)
        }
      },
      ontext: (text) => {
        if (unreadDepth === 0) parts.push(text)
      },
      onclosetag: (name) => {
        if (unread.has(name)) unreadDepth--
        if (blocks.has(name)) parts.push(' ')
      },
    },
    { decodeEntities: true },
  )
  parser.end(html.slice(0, maximumHtmlLength))
  return { text: cleanText(parts.join('')), images }
}

/** The readable text of an HTML fragment, on one line. */
export function htmlToText(html: string): string {
  return /[<&]/.test(html) ? readHtml(html).text : cleanText(html)
}

/**
 * The text of a title that may be plain text or HTML, which RSS leaves open: a `<` that begins no complete tag is
 * a character of its own.
 */
export function titleToText(title: string): string {
  return htmlToText(title.slice(0, maximumHtmlLength).replace(/<(?![a-z/!][^<>]*>)/gi, '&lt;'))
}

function pictureOf(attributes: Record<string, string>): HtmlImage | undefined {
  const { src = '', width = '', height = '', alt = '' } = attributes
  const url = /^\s*(data:|$)/i.test(src) ? (attributes['data-src'] ?? attributes['data-lazy-src'] ?? '') : src
  if (/^\s*(data:|$)/i.test(url) || isDecorativeImage(url)) return undefined
  const isDot = [width, height].some((size) => /^\s*[0-3]\s*(px)?\s*$/i.test(size))
  return isDot ? undefined : { url: url.trim(), alt: cleanText(alt) }
}
