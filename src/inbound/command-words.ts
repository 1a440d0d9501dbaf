// What readers write in the languages that they are spoken to in, as the English words that are understood.
import { catalogues, languages } from '../../emails/messages.ts'

const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)))
const week = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 10, 23 + day)))
const dates = [
  ...months.map((date) => ({ date, month: 'long' }) as const),
  ...week.map((date) => ({ date, weekday: 'long' }) as const),
]
const replacements: Readonly<Record<string, string>> = { twoWeeks: 'two weeks', please: '' }

type Dictionary = { readonly english: ReadonlyMap<string, string>; readonly pattern: RegExp }
let dictionary: Dictionary | undefined

/** A line in small letters with its known words in English; the others stay. Of a phrase and a word, the phrase is meant. */
export function inEnglish(line: string): string {
  dictionary ??= makeDictionary()
  const { english, pattern } = dictionary
  const words = line.replace(pattern, (written) => english.get(written) ?? written)
  return words.replace(/ +/g, ' ').trim()
}

function makeDictionary(): Dictionary {
  const english = new Map<string, string>()
  const add = (written: string, word: string) => {
    if (!english.has(written)) english.set(written, word)
  }
  for (const language of languages) {
    for (const [name, written] of Object.entries(catalogues[language].commandWords)) {
      for (const one of written.split(', ')) add(one, replacements[name] ?? name)
    }
    for (const { date, ...part } of dates) {
      const name = (locale: string) => new Intl.DateTimeFormat(locale, { ...part, timeZone: 'UTC' }).format(date)
      add(name(language).toLowerCase(), name('en').toLowerCase())
    }
  }
  const longestFirst = [...english.keys()].sort((one, other) => other.length - one.length)
  return { english, pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst.join('|')})(?![\\p{L}\\p{N}])`, 'gu') }
}
