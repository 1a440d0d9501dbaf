// The words of a title or a text, as they are compared. Pure.
import { unspaced } from '../platform/text.ts'

/** Arabic vowel marks and the stroke that only makes a word longer: most write without them. */
const arabicMarks = /[\u0640\u064b-\u065f\u0670]/g

/** Words without case, marks and width. Where no space stands between words, two letters stand for a word. */
export function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(arabicMarks, '')
      .replace(/n['’]t\b/g, ' not')
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  return words.flatMap((word) => (unspaced.test(word) ? pairsOf([...word], '') : word))
}

/** Each with the one after it. */
export function pairsOf(words: readonly string[], between: string): string[] {
  if (words.length < 2) return [...words]
  return words.slice(1).map((word, index) => `${words[index]}${between}${word}`)
}

/** What agencies put before a headline: "UPDATE 1-", "REFILE-UPDATE 2-", "EXCLUSIVE-". */
const agencyHead = /^(?:(?:UPDATE|WRAPUP|REFILE|RPT|RECAST|CORRECTED|EXCLUSIVE|BREAKING)(?: \d+)?[-–:] ?)+/
/** What sites put after one: " - BBC News", " | The Times". */
const siteName = /\s[-–—|]\s+(?!.*\s[-–—|]\s)(\p{Lu}[^\d]*)$/u
const siteNameWords = 4

const numbers = [
  ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ['zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf'],
  ['deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit', 'neuf', 'dix', 'onze', 'douze'],
  ['dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce'],
]
const digits = new Map(numbers.flatMap((words) => words.map((word, index) => [word, String(index + 2)] as const)))

/** What a title says, and the site that it may name at its end; numbers in digits. */
export function titleWords(title: string): { readonly words: readonly string[]; readonly site: readonly string[] } {
  const headline = title.replace(agencyHead, '')
  const named = siteName.exec(headline)
  const site = wordsOf(named?.[1] ?? '')
  const isSite = site.length > 0 && site.length <= siteNameWords
  const words = wordsOf(isSite ? headline.slice(0, named?.index) : headline)
  return { words: words.map((word) => digits.get(word) ?? word), site: isSite ? site : [] }
}

const negations = new Set(
  'not no never without nicht kein keine keinen nie ohne ne pas jamais sans nunca sin لا لم لن ليس ليست دون بدون'.split(
    ' ',
  ),
)

/** Whether it says that something is not so. */
export const isNegated = (words: Iterable<string>) => [...words].some((word) => negations.has(word))
