// What comes from feeds is shown as text: here it becomes text that no client stumbles over.
import { cleanText, cutAtWord } from '../../src/platform/text.ts'

export { cleanText as clean, cutBetweenWords as clipAtWord } from '../../src/platform/text.ts'

/** Cleaned text of at most `max` UTF-16 units, cut between words where it can be, between characters where not. */
export const clip = (text: string, max: number) => cutAtWord(cleanText(text), max)
