import { Parser } from 'htmlparser2'
import { cleanText } from '../platform/text.ts'
import { type HtmlImage, pictureOf } from './pictures.ts'

/** More than this is not read: a summary and a first image are near the beginning. */
const maximumHtmlLength = 30_000

const words = (list: string) => new Set(list.split(' '))

const unread = words(
  'script style figcaption noscript template iframe object svg math select textarea title audio video canvas',
)
const blocks = words(
  'address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul',
)
/** What is no running text. */
const apart = words('table pre nav aside header footer form button figure h1 h2 h3 h4 h5 h6 ul ol dl menu sup address')
/** What publishing systems call what is no running text, alone or after `post-`, `wp-` and the like. */
const apartClass =
  /^(?:(?:wp|entry|post|article|image|media|photo|story|feed|medium-feed|medium|widget)-)?(?:caption|caption-text|credits?|byline|authors?|author-name|meta|share|sharing|social|sharedaddy|related|related-posts|jp-relatedposts|newsletter|subscribe|subscription-widget(?:-wrap)?|button-wrapper|promo|ads?|advert|advertisement|sponsor|sponsored|feedflare|tags|comments?|disclaimer|pullquote|toc|footnotes?|footnote-anchor|link|read-more|more-link|twitter-tweet|instagram-media|captioned-image-container|hidden|screen-reader-text)$/i

/** A passage of running text, one line for each that was written. */
export type ReadHtml = {
  /** All that can be read, on one line. */
  readonly text: string
  /** The running text: no captions, headings, lists, tables, code, bylines or buttons. A `br` is a line break. */
  readonly paragraphs: readonly string[]
  /** In order, their addresses as they are written. */
  readonly images: readonly HtmlImage[]
}

/** Reads an HTML fragment, also one that was escaped once more than it should have been. */
export function readHtml(html: string): ReadHtml {
  const read = readOnce(html)
  return isEscapedHtml(html.slice(0, maximumHtmlLength), read.text) ? readOnce(read.text) : read
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
  const once = readOnce(title.slice(0, maximumHtmlLength).replace(/<(?![a-z/!][^<>]*>)/gi, '&lt;')).text
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

/** What is left of an entity that was escaped twice. `&lt;` is not among them: it may be meant. */
const escapedCharacter = /&(?:amp|quot|apos|nbsp|hellip|[lr][sd]quo|[nm]dash|#\d{2,6}|#x[\da-f]{2,5});/i

function isEscapedHtml(html: string, text: string): boolean {
  const hasTags = /<[a-z/][^<>]*>/i.test(html)
  if (hasTags) return /&amp;(?:amp|quot|nbsp|hellip|[lr][sd]quo|[nm]dash|#\d{2,6});/i.test(html) && !text.includes('<')
  return /<(?:p|div|br|img|a\s+href)\b[^<>]*>/i.test(text) || (escapedCharacter.test(text) && !text.includes('<'))
}

function readOnce(html: string): ReadHtml {
  const parts: string[] = []
  const images: HtmlImage[] = []
  const prose = createProse()
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
        prose.open(name, attributes.class ?? '')
      },
      ontext: (text) => {
        if (unreadDepth > 0) return
        parts.push(text)
        prose.write(text)
      },
      onclosetag: (name) => {
        if (unread.has(name)) unreadDepth--
        if (blocks.has(name)) parts.push(' ')
        prose.close(name)
      },
    },
    { decodeEntities: true },
  )
  parser.end(html.slice(0, maximumHtmlLength))
  return { text: cleanText(parts.join('')), paragraphs: prose.end(), images }
}

/** Gathers the running text of what the parser tells. */
function createProse() {
  const paragraphs: string[] = []
  let lines: string[] = ['']
  let linked = 0
  let links = 0
  let depth = 0
  let apartFrom = 0
  const end = () => {
    const cleaned = lines.map(cleanText)
    const length = cleaned.join('').length
    // Where all is a link, it is one to somewhere else, unless the text is long.
    const isLink = linked > 0.7 * length && length < 80
    if (length > 0 && !isLink)
      paragraphs.push(
        ...cleaned
          .join('\n')
          .split(/\n{2,}/)
          .map((text) => text.trim())
          .filter(Boolean),
      )
    lines = ['']
    linked = 0
    return paragraphs
  }
  return {
    end,
    open(name: string, classes: string) {
      depth++
      if (blocks.has(name) && name !== 'br') end()
      if (apartFrom > 0) return
      if (name === 'br') lines.push('')
      if (name === 'a') links++
      if (
        apart.has(name) ||
        classes
          .slice(0, 500)
          .split(/\s+/)
          .some((each) => apartClass.test(each))
      )
        apartFrom = depth
    },
    write(text: string) {
      if (apartFrom > 0) return
      lines[lines.length - 1] += text
      if (links > 0) linked += text.trim().length
    },
    close(name: string) {
      if (apartFrom === 0 && name === 'a') links--
      if (blocks.has(name) && name !== 'br') end()
      if (apartFrom === depth) apartFrom = 0
      depth--
    },
  }
}
