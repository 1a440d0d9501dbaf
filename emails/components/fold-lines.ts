// Line breaks that change nothing: mail allows 998 octets a line, and React writes a whole document on one.

import { octetsOf } from './html-octets.ts'

const longest = 900
const characters = new Intl.Segmenter('en')
const block = /^<(?:table|tr|p|h[1-3]|div|meta|title|style|body)\b/
/** Links and pictures have long addresses; a break inside the tag is nowhere to be seen. */
const addressed = /^<(?:a|img) /

/**
 * Breaks lines before blocks, in links and pictures and, where one is still too long, inside other tags, at spaces, and in a
 * text that has no space for hundreds of octets with an empty comment. Relies on `<` and `>` of texts and attributes being
 * escaped, and on an attribute not being longer than a line.
 */
export function foldLines(html: string): string {
  const parts: string[] = []
  let column = 0
  const add = (part: string) => {
    parts.push(part)
    const lineEnd = part.lastIndexOf('\n')
    column = (lineEnd < 0 ? column : 0) + octetsOf(part.slice(lineEnd + 1))
  }
  let isAfterTag = false
  for (const [token] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    const isTag = token.startsWith('<')
    if (isAfterTag && block.test(token)) add('\n')
    const name = addressed.exec(token)?.[0] ?? ''
    if (name) add(`${name.trimEnd()}\n`)
    const rest = token.slice(name.length)
    const isWhole = column + octetsOf(rest) <= longest
    const pieces = isWhole ? [rest] : isTag ? tagPieces(rest) : textPieces(rest)
    for (const piece of pieces) {
      const isTooFar = column > 0 && column + octetsOf(piece) > longest
      // A tag's name stays where it is; the break comes after it.
      if (!isTooFar || piece.startsWith('<')) add(piece)
      else add(`${isTag || piece.startsWith(' ') ? '\n' : '<!--\n-->'}${piece.trimStart()}`)
    }
    isAfterTag = isTag
  }
  return parts.join('')
}

/** An opening tag may go on to the next line after its name and after each attribute. */
const tagPieces = (tag: string) => (tag.startsWith('</') ? [tag] : tag.split(/(?<=^<\w+)|(?<=")(?=[\s/>])/))

const textPieces = (text: string) =>
  text.split(/(?= )/).flatMap((word) => (octetsOf(word) > longest ? charactersOf(word) : [word]))

/** Characters as readers see them; an entity is one too. */
const charactersOf = (word: string) =>
  word
    .split(/(&#?\w+;)/)
    .flatMap((part) => (part.startsWith('&') ? [part] : Array.from(characters.segment(part), ({ segment }) => segment)))
