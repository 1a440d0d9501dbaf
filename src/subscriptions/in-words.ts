// Times and days as one tells them.

/** "Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news." */
export function nextDigestInWords(next: Date, timeZone: string, now: Date): string {
  if (next <= now) return 'It is due now, if there is news.'
  const day = localDay(next, timeZone)
  const today = localDay(now, timeZone)
  const words = dayInWords(day, today.slice(0, 4))
  const when = day === today ? `Today, ${words},` : day === addDays(today, 1) ? `Tomorrow, ${words},` : `On ${words},`
  return `${when} at ${formatOf('hour', timeZone).format(next)} ${placeOf(timeZone)}, if there is news.`
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
  return formatOf('day', timeZone).format(instant)
}

/** "24 November 2026 at 07:00", where it was so. */
export function timeInWords(instant: Date, timeZone: string): string {
  return formatOf('time', timeZone).format(instant)
}

export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
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

/** To make one takes as long as a page does. A zone can be written in many ways, in capitals and not. */
const mostKept = 2_000
const kept = new Map<string, Intl.DateTimeFormat>()

function formatOf(name: keyof typeof formats, timeZone: string): Intl.DateTimeFormat {
  const key = `${name} ${timeZone}`
  const known = kept.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(name === 'day' ? yearFirst : 'en-GB', { ...formats[name], timeZone })
  if (kept.size >= mostKept) kept.clear()
  kept.set(key, made)
  return made
}
