export type Direction = 'ltr' | 'rtl'

const rightToLeft = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'syr', 'ug', 'ur', 'yi'])
const rightToLeftScripts = new Set(['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa'])

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
  const rtl = locale.script ? rightToLeftScripts.has(locale.script) : rightToLeft.has(locale.language)
  return rtl ? 'rtl' : 'ltr'
}

/** What marks text in the newsletter's language, where the mail is in another. */
export function storiesIn({ language, storiesLanguage = language }: { language: string; storiesLanguage?: string }) {
  const lang = languageTag(storiesLanguage)
  return lang === languageTag(language) ? {} : { lang }
}

/** The side where a line of text begins. Outlook on Windows does not know `text-align: start`. */
export const startOf = (direction: Direction) => (direction === 'rtl' ? 'right' : 'left')

/** "Monday, November 23, 2026" in the mail's language; the date as it came if it is none. */
export function dateInWords(isoDate: string, language: string): string {
  const date = new Date(`${isoDate}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return isoDate
  return new Intl.DateTimeFormat(languageTag(language), { dateStyle: 'full', timeZone: 'UTC' }).format(date)
}

/**
 * How a language writes the days of each month, `{day}` and `{year}` to be put in: for a day that becomes known when the mail was
 * rendered long before. By the calendar that days are stored in.
 */
export function writtenDays(language: string): { readonly months: readonly string[]; readonly digits: string } {
  const tag = languageTag(language)
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC', calendar: 'gregory' })
  const digit = new Intl.NumberFormat(tag)
  return {
    months: Array.from({ length: 12 }, (_, month) =>
      format
        .formatToParts(new Date(Date.UTC(2026, month, 23)))
        .map(({ type, value }) => (type === 'day' || type === 'year' ? `{${type}}` : value))
        .join(''),
    ),
    digits: Array.from({ length: 10 }, (_, value) => digit.format(value)).join(''),
  }
}

export const weekdayOf = (date: Date, language: string) =>
  new Intl.DateTimeFormat(languageTag(language), { weekday: 'long', timeZone: 'UTC' }).format(date)

export const listOf = (items: readonly string[], language: string) =>
  new Intl.ListFormat(language, { type: 'conjunction' }).format(items)

const words = new Intl.Segmenter('en', { granularity: 'word' })

/** How many words a text has, also where no spaces are between them. */
export const wordsIn = (text: string) => Array.from(words.segment(text)).filter((part) => part.isWordLike).length

/** "Monday, November 30 at 7:00 AM (Europe/Berlin)" in the mail's language, by the reader's clocks. */
export function instantInWords({ at, timeZone }: { at: Date; timeZone: string }, language: string): string {
  const tag = languageTag(language)
  const day = { weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' } as const
  return `${new Intl.DateTimeFormat(tag, { ...day, timeZone }).format(at)} (${timeZone})`
}

/** The name of a weekday, from 1 for Monday to 7. */
export const weekdayName = (weekday: number, language: string) =>
  weekdayOf(new Date(Date.UTC(2026, 10, 22 + weekday)), language) // 22 November 2026 was a Sunday
