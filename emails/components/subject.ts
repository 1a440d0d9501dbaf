import { clean, clipAtWord } from './clean.ts'
import { languageTag } from './language.ts'

const longest = 60

/** The first candidate that fits into 60 characters, whole or cut between words; `fallback` if none does. */
export function subjectOf(candidates: readonly string[], language: string, fallback: string): string {
  for (const candidate of candidates) {
    const text = clean(candidate)
    const fitting = text.length <= longest ? text : clipAtWord(text, longest, languageTag(language))
    if (fitting) return fitting
  }
  return fallback
}
