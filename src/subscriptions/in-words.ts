// Times and days as one tells them. Many readers have the same ones, and to write one takes a tenth of a page's time.
import { remembered } from '../platform/remembered.ts'
import { knownLanguage, messagesFor } from './languages.ts'

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
      time: formatOf('hour', timeZone, language).format(next),
      place: placeOf(timeZone, language),
    })
  })
}

/** "Wednesday 25 November", with the year where it is not the one given. */
export function dayInWords(day: string, thisYear: string, language = 'en'): string {
  const format = formatOf(day.startsWith(thisYear) ? 'weekday' : 'weekdayAndYear', 'UTC', language)
  const date = new Date(`${day}T00:00:00Z`)
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
  return formatOf('time', timeZone, language).format(instant)
}

/** The names of the days of a week, from Monday on. */
export function weekdayNames(language: string): string[] {
  const format = formatOf('dayOfWeek', 'UTC', language)
  return Array.from({ length: 7 }, (_, day) => format.format(new Date(Date.UTC(2026, 10, 23 + day)))) // a Monday
}

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
const formats = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'long', day: 'numeric', month: 'long' },
  weekdayAndYear: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  dayOfWeek: { weekday: 'long' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  time: { dateStyle: 'long', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const british = 'en-GB'
/** As a newspaper of the language writes it, of which English ones do not agree. */
const localeOf = (language: string) =>
  (language === yearFirst ? yearFirst : (knownLanguage(language) ?? 'en')).replace(/^en$/, british)

function formatOf(name: keyof typeof formats, timeZone: string, language: string): Intl.DateTimeFormat {
  const locale = localeOf(language)
  return remembered(
    formatsMade,
    `${name} ${timeZone} ${locale}`,
    () => new Intl.DateTimeFormat(locale, { ...formats[name], timeZone }),
  )
}
