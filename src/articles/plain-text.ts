// What text from a feed has to become before it is stored.

/** Control characters (NUL among them), lone surrogates, byte order marks, and marks that turn the direction of what follows. */
const unwanted = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** One line of text that PostgreSQL takes and that disturbs nothing around it. */
export function cleanText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unwanted, '').replace(/ {2,}/g, ' ').trim()
}

/** Cuts to `maximum` UTF-16 units at the end of a word, with an ellipsis that counts. */
export function cutAtWord(text: string, maximum: number): string {
  if (text.length <= maximum) return text
  const head = text.slice(0, maximum)
  const space = head.lastIndexOf(' ')
  const end = space >= maximum / 2 ? space : maximum - 1
  return `${withoutHalfPair(text.slice(0, end)).replace(/[\s,;:.…–-]{1,9}$/, '')}…`
}

/** Cuts to `maximum` UTF-16 units at the end of a sentence if one ends in the second half of it, else of a word. */
export function cutAtSentence(text: string, maximum: number): string {
  if (text.length <= maximum) return text
  const end = lastSentenceEnd(text.slice(0, maximum + 1))
  return end >= maximum / 2 ? text.slice(0, end) : cutAtWord(text, maximum)
}

/** The first sentence, or all of it where none ends. */
export function firstSentence(text: string): string {
  const match = sentenceEnd().exec(text)
  return match ? text.slice(0, match.index + match[0].trimEnd().length) : text
}

/** A full stop after one letter is an initial or an abbreviation, not an end. */
const sentenceEnd = () => /(?<!(?:^|[\s.])\p{L})[.!?…]+["'”’»)\]]{0,2}\s|[。！？]/gu

function lastSentenceEnd(text: string): number {
  let end = -1
  for (const match of text.matchAll(sentenceEnd())) end = match.index + match[0].trimEnd().length
  return end
}

const withoutHalfPair = (text: string) => text.replace(/[\ud800-\udbff]$/, '')
