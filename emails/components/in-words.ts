// Days, times and lists as one tells them, in mails and on pages. Many readers have the same times, and to write one takes a tenth
// of a page's time.
import { remembered } from '../../src/platform/remembered.ts'
import { messagesFor, spoken } from '../messages.ts'
import { languageTag } from './language.ts'

const words = new Map<string, string>()
const days = new Map<string, string>()
const formatsMade = new Map<string, Intl.DateTimeFormat>()

/** "Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news." */
export function nextDigestInWords(next: Date, timeZone: string, now: Date, language = 'en'): string {
  const { time } = messagesFor(language)
  if (next <= now) return time.due
  const day = localDay(next, timeZone)
  const today = localDay(now, timeZone)
  return remembered(words, `${next.getTime()} ${today} ${timeZone} ${language}`, () => {
    return time.next({
      when: day === today ? 'today' : day === addDays(today, 1) ? 'tomorrow' : 'later',
      day: dayInWords(day, today.slice(0, 4), language),
      time: formatOf('hour', timeZone, spoken(language)).format(next),
      place: placeOf(timeZone, language),
    })
  })
}

/** "Monday 30 November, at 07:00 in Berlin", by the reader's clocks; of a time within a year. */
export function instantInWords({ at, timeZone }: { at: Date; timeZone: string }, language: string): string {
  const day = localDay(at, timeZone)
  return messagesFor(language).time.instant({
    day: dayInWords(day, day.slice(0, 4), language),
    time: formatOf('hour', timeZone, spoken(language)).format(at),
    place: placeOf(timeZone, language),
  })
}

/** "Wednesday 25 November", with the year where it is not the one given. */
export const dayInWords = (day: string, thisYear: string, language = 'en') =>
  written(day, day.startsWith(thisYear) ? 'weekday' : 'weekdayAndYear', spoken(language))

/** "Monday 23 November 2026", also in a language that the service does not speak; the date as it came if it is none. */
export const dateInWords = (day: string, language: string) => written(day, 'weekdayAndYear', language)

/** The same at the head of a line, which has a capital in every language that has them. */
export function dateLine(day: string, language: string): string {
  const [first = '', ...rest] = dateInWords(day, language)
  return [first.toLocaleUpperCase(languageTag(language)), ...rest].join('')
}

function written(day: string, name: 'weekday' | 'weekdayAndYear', language: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return day
  const format = formatOf(name, 'UTC', language)
  if (localeOf(language) !== british) return format.format(date)
  // Whether there are commas depends on the age of the runtime.
  const parts = format.formatToParts(date).filter(({ type }) => type !== 'literal')
  return parts.map(({ value }) => value).join(' ')
}

/** The local day, `YYYY-MM-DD`. */
export function localDay(instant: Date, timeZone: string): string {
  // Since 1972 days begin on the minute everywhere.
  const minute = Math.floor(instant.getTime() / 60_000)
  return remembered(days, `${minute} ${timeZone}`, () => formatOf('day', timeZone, yearFirst).format(instant))
}

/** "24 November 2026 at 07:00", where it was so. */
export function timeInWords(instant: Date, timeZone: string, language = 'en'): string {
  return formatOf('time', timeZone, spoken(language)).format(instant)
}

/** The names of the days of a week, from Monday on. */
export const weekdayNames = (language: string): string[] =>
  Array.from({ length: 7 }, (_, day) => weekdayName(day + 1, language))

/** The name of a weekday, from 1 for Monday to 7. */
export const weekdayName = (weekday: number, language: string) =>
  weekdayOf(new Date(Date.UTC(2026, 10, 22 + weekday)), language) // 22 November 2026 was a Sunday

/** The name of the weekday that a time has in UTC. */
export const weekdayOf = (date: Date, language: string) => formatOf('dayOfWeek', 'UTC', spoken(language)).format(date)

/**
 * How a language writes the days of each month, `{day}` and `{year}` to be put in: for a day that becomes known when the mail was
 * rendered long before. By the calendar that days are stored in.
 */
export function writtenDays(language: string): { readonly months: readonly string[]; readonly digits: string } {
  const locale = localeOf(language)
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC', calendar: 'gregory' })
  const digit = new Intl.NumberFormat(locale)
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

/** "A, B and C" */
export const listOf = (items: readonly string[], language: string) =>
  new Intl.ListFormat(localeOf(spoken(language)), { type: 'conjunction' }).format(items)

export function addDays(day: string, count: number): string {
  return remembered(days, `${day} ${count}`, () => {
    const date = new Date(`${day}T00:00:00Z`)
    date.setUTCDate(date.getUTCDate() + count)
    return date.toISOString().slice(0, 10)
  })
}

/** "in Berlin" for a zone that is named after a place; the zone itself for one that is not. */
function placeOf(timeZone: string, language: string): string {
  if (!timeZone.includes('/') || timeZone.startsWith('Etc/')) return timeZone.replace('Etc/', '')
  return messagesFor(language).time.inPlace({ place: timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone })
}

/** Writes days as the database does: 2026-11-24. */
const yearFirst = 'sv-SE'
const british = 'en-GB'
/** As a newspaper of the language writes it, of which English ones do not agree: who names no country reads the British way. */
const localeOf = (language: string) => languageTag(language).replace(/^en$/, british)

const formats = {
  hour: { hour: '2-digit', minute: '2-digit' },
  weekday: { weekday: 'long', day: 'numeric', month: 'long' },
  weekdayAndYear: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  dayOfWeek: { weekday: 'long' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  time: { dateStyle: 'long', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

/** Hours are from 0 to 23, as readers choose theirs; where the language is one country's, as that one writes them. */
const clockOf = (language: string): Intl.DateTimeFormatOptions =>
  new Intl.Locale(languageTag(language)).region ? {} : { hourCycle: 'h23' }

function formatOf(name: keyof typeof formats, timeZone: string, language: string): Intl.DateTimeFormat {
  return remembered(formatsMade, `${name} ${timeZone} ${language}`, () => {
    const clock = name === 'hour' || name === 'time' ? clockOf(language) : {}
    const format = name === 'hour' && !clock.hourCycle ? ({ timeStyle: 'short' } as const) : formats[name]
    return new Intl.DateTimeFormat(localeOf(language), { ...format, ...clock, timeZone })
  })
}
