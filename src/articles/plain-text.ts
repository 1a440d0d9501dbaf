import { cutBetweenCharacters, cutBetweenWords, isWhole, sentencesOf } from './sentences.ts'

// What text from a feed has to become before it is stored.

/** Control characters (NUL among them), lone surrogates, byte order marks, and marks that turn the direction of what follows. */
const unwanted = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** One line of text that PostgreSQL takes and that disturbs nothing around it. */
export function cleanText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unwanted, '').replace(/ {2,}/g, ' ').trim()
}

/** Cuts to `maximum` UTF-16 units at the end of a word, else of a character, with an ellipsis that counts. */
export function cutAtWord(text: string, maximum: number): string {
  if (text.length <= maximum) return text
  const cut = cutBetweenWords(text, maximum, 'en')
  return cut !== undefined && cut.length > maximum / 2 ? cut : cutBetweenCharacters(text, maximum)
}

/** The first sentence, or all of it where none ends. */
export function firstSentence(text: string, language: string): string {
  const [first = text] = sentencesOf(text, language)
  return isWhole(first) ? first.trim() : text
}
