// The running text of an HTML fragment, gathered from what a parser tells.
import { cleanText } from '../platform/text.ts'
import { endsCut, isWhole } from './sentences.ts'
import { withoutShortcodes } from './shortcodes.ts'

const words = (list: string) => new Set(list.split(' '))

export const blocks = words(
  'address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul',
)
/** What is no running text. */
const apart = words('table pre nav aside header footer form button figure h1 h2 h3 h4 h5 h6 ul ol dl menu sup address')
/** What publishing systems call what is no running text, alone or after `post-`, `wp-` and the like. */
const apartClass =
  /^(?:(?:wp|entry|post|article|image|media|photo|story|feed|medium-feed|medium|widget)-)?(?:caption|caption-text|credits?|byline|authors?|author-name|meta|share|sharing|social|sharedaddy|related|related-posts|jp-relatedposts|newsletter|subscribe|subscription-widget(?:-wrap)?|button-wrapper|promo|ads?|advert|advertisement|sponsor|sponsored|feedflare|tags|comments?|disclaimer|pullquote|toc|footnotes?|footnote-anchor|link|read-more|more-link|twitter-tweet|instagram-media|captioned-image-container|hidden|screen-reader-text)$/i

/** How captions are set that are marked as nothing else. */
const slanted = words('em i small')
/** A longer text under a picture is no caption. */
const longestCaption = 300
/** A longer text that is nothing but a link is no button. */
const longestButton = 80
/** A shorter sentence may be one all the same. */
const shortestSentence = 40

/**
 * How many letters there are, without spaces, and how many of them are linked or slanted. `ownLink`: where the last link to
 * the story itself stands.
 */
type Line = {
  text: string
  letters: number
  linked: number
  slanted: number
  underPicture: boolean
  ownLink?: { readonly from: number; to?: number }
}

export type RunningText = {
  open(name: string, attributes: Readonly<Record<string, string>>): void
  /** A picture of the story stands here. */
  picture(): void
  write(text: string): void
  close(name: string): void
  /** The paragraphs, with a line break where one was written. */
  end(): readonly string[]
}

type Fragment = {
  /** Whether an address as it is written is that of the story itself. */
  readonly isOwnLink: (address: string) => boolean
  /** The names of the shortcodes that end somewhere in the fragment. */
  readonly closed: ReadonlySet<string>
  /** Whether a line break in the text is one. */
  readonly keepsLines: boolean
}

export function gatherRunningText({ isOwnLink, closed, keepsLines }: Fragment): RunningText {
  const paragraphs: string[] = []
  const lines: Line[] = []
  let line = startLine()
  let links = 0
  let slants = 0
  let depth = 0
  let apartFrom = 0
  /** Whether a picture came, and no text since. */
  let underPicture = false

  function startLine(): Line {
    const started = { text: '', letters: 0, linked: 0, slanted: 0, underPicture: false }
    lines.push(started)
    return started
  }
  const endBlock = () => {
    const shown = lines.map((each) =>
      isApart(each) ? '' : cleanText(withoutShortcodes(withoutClosingLink(each), closed)),
    )
    for (const paragraph of shown.join('\n').split(/\n{2,}/)) if (paragraph.trim()) paragraphs.push(paragraph.trim())
    lines.length = 0
    line = startLine()
  }
  const add = (text: string) => {
    const letters = text.replace(/\s/g, '').length
    if (letters > 0) {
      if (line.letters === 0) line.underPicture = underPicture
      underPicture = false
    }
    line.text += text
    line.letters += letters
    if (links > 0) line.linked += letters
    if (slants > 0) line.slanted += letters
  }
  return {
    open(name, attributes) {
      depth++
      if (blocks.has(name) && name !== 'br') endBlock()
      if (apartFrom > 0) return
      const isCaption = name === 'small' && underPicture && line.letters === 0
      if (isCaption) underPicture = false
      if (isCaption || apart.has(name) || hasApartClass(attributes.class)) {
        apartFrom = depth
        return
      }
      if (name === 'br') line = startLine()
      if (slanted.has(name)) slants++
      if (name === 'a') {
        if (links === 0 && isOwnLink(attributes.href ?? '')) line.ownLink = { from: line.text.length }
        links++
      }
    },
    picture() {
      if (apartFrom === 0) underPicture = true
    },
    write(text) {
      if (apartFrom > 0) return
      const [first = '', ...others] = keepsLines ? text.split(/\r\n?|\n/) : [text]
      add(first)
      for (const other of others) {
        line = startLine()
        add(other)
      }
    },
    close(name) {
      if (blocks.has(name) && name !== 'br') endBlock()
      if (apartFrom === 0) {
        if (name === 'a') {
          links--
          if (links === 0 && line.ownLink) line.ownLink.to ??= line.text.length
        }
        if (slanted.has(name)) slants--
      }
      if (apartFrom === depth) apartFrom = 0
      depth--
    },
    end() {
      endBlock()
      return paragraphs
    },
  }
}

const hasApartClass = (classes = '') =>
  classes
    .slice(0, 500)
    .split(/\s+/)
    .some((each) => apartClass.test(each))

/** A button, which is nothing but a link, or a caption. */
function isApart({ text, letters, linked, slanted, underPicture }: Line): boolean {
  const isSentence = letters >= shortestSentence && isWhole(text)
  const isButton = linked > 0.7 * letters && text.trim().length < longestButton && !isSentence
  const isCaption = underPicture && slanted === letters && text.trim().length <= longestCaption
  return isButton || isCaption
}

/**
 * A line without a link to the story itself at its end, whatever language says "Continue reading" there, with an ellipsis
 * where a sentence was cut off for it. A sentence that ends within the link, or with it, is the writer's.
 */
function withoutClosingLink({ text, ownLink }: Line): string {
  if (!ownLink) return text
  const before = text
    .slice(0, ownLink.from)
    .trimEnd()
    .replace(/[\s([«>→-]{1,9}$/u, '')
  if (!hasLetter.test(before) || hasLetter.test(text.slice(ownLink.to ?? text.length))) return text
  if (isWhole(before) || endsCut(before)) return before
  // "Article URL: …" is a label.
  return isWhole(text.slice(ownLink.from)) || /[:：]$/u.test(before)
    ? text
    : `${before.replace(/[\s,;:–—]{1,9}$/u, '')}…`
}

const hasLetter = /[\p{L}\p{N}]/u
