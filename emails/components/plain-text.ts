// Plain text that is written to be read: wrapped prose, underlined headings, addresses alone on their lines.
import { wide } from '../../src/platform/text.ts'

const columns = 78
/** As wide as two letters, besides those of wide scripts. */
const wideSign = /[\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60]/u

const graphemes = new Intl.Segmenter('en')

const charactersOf = (text: string) => Array.from(graphemes.segment(text), (part) => part.segment)

/** How many columns a fixed-width font needs. */
function widthOf(text: string): number {
  let width = 0
  for (const character of charactersOf(text))
    width += wide.test(character) || wideSign.test(character) ? 2 : Math.min(character.length, 2)
  // A cluster of several units takes one column or two, but counting units keeps editors and linters content as well.
  return Math.max(width, text.length)
}

/**
 * Prose in lines of at most 78 columns. A `kept` string, which may have spaces in it and stand for another of any
 * length, is never broken; anything else that is too long for a line is.
 */
export function wrap(text: string, kept: readonly string[] = []): string {
  const lines: string[] = []
  let line = ''
  for (const word of wordsOf(text, kept)) {
    const joined = line ? `${line} ${word}` : word
    if (widthOf(joined) <= columns) line = joined
    else {
      if (line) lines.push(line)
      line = kept.some((whole) => word.includes(whole)) ? word : breakWord(word, lines)
    }
  }
  return [...lines, line].join('\n')
}

function wordsOf(text: string, kept: readonly string[]): string[] {
  const whole = kept.filter(Boolean).map((string) => string.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return text.match(new RegExp(`(?:${[...whole, '[\\S\\u00a0\\u202f]'].join('|')})+`, 'gu')) ?? []
}

/** Puts all full lines of a word into `lines` and gives back what is left of it. */
function breakWord(word: string, lines: string[]): string {
  let rest = ''
  for (const character of charactersOf(word)) {
    if (widthOf(rest + character) > columns) {
      lines.push(rest)
      rest = ''
    }
    rest += character
  }
  return rest
}

/** A heading with a line of dashes under it. */
export function heading(text: string, line = '-'): string {
  const wrapped = wrap(text)
  return `${wrapped}\n${line.repeat(Math.min(columns, Math.max(...wrapped.split('\n').map(widthOf))))}`
}

/** Blocks with an empty line between them; those that are empty are left out. */
export const blocks = (...parts: (string | false | undefined)[]) => parts.filter(Boolean).join('\n\n')

/** What can be done, and under it the address where; without one, only what. */
export const linked = (text: string, url: string | undefined) => (url ? `${text}\n${url}` : text)
