export type Direction = 'ltr' | 'rtl'

const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'syr', 'ug', 'ur', 'yi'])
const rightToLeftScripts = ['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa']

/** The language tag in its canonical form; English if it is none. */
export function languageTag(language: string): string {
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

/** What was asked for before, by language: to look at a locale takes a tenth of a page's time. */
const directions = new Map<string, Direction>()
const mostDirections = 100

export function directionOf(language: string): Direction {
  const known = directions.get(language)
  if (known) return known
  const direction = readDirection(language)
  if (directions.size < mostDirections) directions.set(language, direction)
  return direction
}

function readDirection(language: string): Direction {
  const locale = new Intl.Locale(languageTag(language))
  const rtl = locale.script ? rightToLeftScripts.includes(locale.script) : rightToLeft.has(locale.language)
  return rtl ? 'rtl' : 'ltr'
}

// Of letters alone: figures and marks run as what is around them. By extensions, since some letters are several scripts'.
const rightToLeftLetter = `[${rightToLeftScripts.map((script) => `\\p{scx=${script}}`).join('')}]`
const runsLeft = new RegExp(`(?=${rightToLeftLetter})\\p{L}`, 'u')
const runsRight = new RegExp(`(?!${rightToLeftLetter})\\p{L}`, 'u')

/** The way a text runs, by its first letter (UAX #9, P2 and P3); one without letters runs as what is around it. */
export function directionOfText(text: string, around: Direction): Direction {
  const letter = /\p{L}/u.exec(text)?.[0]
  if (letter === undefined) return around
  return runsLeft.test(letter) ? 'rtl' : 'ltr'
}

/** Whether something of a text runs the other way than what is around it. */
export const turnsWithin = (text: string, around: Direction) => (around === 'rtl' ? runsRight : runsLeft).test(text)

/** What marks text in the newsletter's language, where the mail is in another. */
export function storiesIn({ language, storiesLanguage = language }: { language: string; storiesLanguage?: string }) {
  const lang = languageTag(storiesLanguage)
  return lang === languageTag(language) ? {} : { lang }
}

/** The side where a line of text begins. Outlook on Windows does not know `text-align: start`. */
export const startOf = (direction: Direction) => (direction === 'rtl' ? 'right' : 'left')

const words = new Intl.Segmenter('en', { granularity: 'word' })

/** How many words a text has, also where no spaces are between them. */
export const wordsIn = (text: string) => Array.from(words.segment(text)).filter((part) => part.isWordLike).length
