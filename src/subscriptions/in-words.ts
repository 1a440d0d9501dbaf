// Times and days as one tells them. Many readers have the same ones, and to write one takes a tenth of a page's time.
import { remembered } from '../platform/remembered.ts'

const words = new Map<string, string>()
const days = new Map<string, string>()
const formatsMade = new Map<string, Intl.DateTimeFormat>()

/** "Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news." */
export function nextDigestInWords(next: Date, timeZone: string, now: Date): string {
  if (next <= now) return 'It is due now, if there is news.'
  const day = localDay(next, timeZone)
  const today = localDay(now, timeZone)
  return remembered(words, `${next.getTime()} ${today} ${timeZone}`, () => {
    const named = dayInWords(day, today.slice(0, 4))
    const when = day === today ? `Today, ${named},` : day === addDays(today, 1) ? `Tomorrow, ${named},` : `On ${named},`
    return `${when} at ${formatOf('hour', timeZone).format(next)} ${placeOf(timeZone)}, if there is news.`
  })
}

/** "Wednesday 25 November", with the year where it is not the one given. */
export function dayInWords(day: string, thisYear: string): string {
  const parts = formatOf('weekday', 'UTC')
    .formatToParts(new Date(`${day}T00:00:00Z`))
    .filter(({ type }) => type !== 'literal')
    .map(({ value }) => value)
  return [...parts, ...(day.startsWith(thisYear) ? [] : [day.slice(0, 4)])].join(' ')
}

/** The local day, `YYYY-MM-DD`. */
export function localDay(instant: Date, timeZone: string): string {
  // Since 1972 days begin on the minute everywhere.
  const minute = Math.floor(instant.getTime() / 60_000)
  return remembered(days, `${minute} ${timeZone}`, () => formatOf('day', timeZone).format(instant))
}

/** "24 November 2026 at 07:00", where it was so. */
export function timeInWords(instant: Date, timeZone: string): string {
  return formatOf('time', timeZone).format(instant)
}

export function addDays(day: string, count: number): string {
  return remembered(days, `${day} ${count}`, () => {
    const date = new Date(`${day}T00:00:00Z`)
    date.setUTCDate(date.getUTCDate() + count)
    return date.toISOString().slice(0, 10)
  })
}

/** "in Berlin" for a zone that is named after a place; the zone itself for one that is not. */
function placeOf(timeZone: string): string {
  const isPlace = timeZone.includes('/') && !timeZone.startsWith('Etc/')
  return isPlace ? `in ${timeZone.split('/').at(-1)?.replaceAll('_', ' ')}` : timeZone.replace('Etc/', '')
}

/** Writes days as the database does: 2026-11-24. */
const yearFirst = 'sv-SE'
const formats = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  weekday: { weekday: 'long', day: 'numeric', month: 'long' },
  day: { year: 'numeric', month: '2-digit', day: '2-digit' },
  time: { dateStyle: 'long', timeStyle: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

function formatOf(name: keyof typeof formats, timeZone: string): Intl.DateTimeFormat {
  return remembered(
    formatsMade,
    `${name} ${timeZone}`,
    () => new Intl.DateTimeFormat(name === 'day' ? yearFirst : 'en-GB', { ...formats[name], timeZone }),
  )
}
