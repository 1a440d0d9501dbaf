import { clean, clipAtWord } from './clean.ts'
import { languageTag } from './language.ts'

const longest = 60
/** What is left of a cut one says less than the next candidate: a short word before an endless one. */
const leastLeft = 15

/**
 * The first candidate that fits into 60 characters, whole, or cut between words to 15 at least; `fallback` if none does.
 */
export function subjectOf(candidates: readonly string[], language: string, fallback: string): string {
  for (const candidate of candidates) {
    const text = clean(candidate)
    if (text !== '' && text.length <= longest) return text
    const cut = clipAtWord(text, longest, languageTag(language))
    if (cut !== undefined && cut.length >= leastLeft) return cut
  }
  return fallback
}
