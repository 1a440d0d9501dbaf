// Times and days as one tells them.

/** "Tomorrow, Wednesday 25 November, at 07:00 in Berlin, if there is news." */
export function nextDigestInWords(next: Date, timeZone: string, now: Date): string {
  if (next <= now) return 'It is due now, if there is news.'
  const day = localDay(next, timeZone)
  const today = localDay(now, timeZone)
  const words = dayInWords(day, today.slice(0, 4))
  const when = day === today ? `Today, ${words},` : day === addDays(today, 1) ? `Tomorrow, ${words},` : `On ${words},`
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone })
  return `${when} at ${hour.format(next)} ${placeOf(timeZone)}, if there is news.`
}

/** "Wednesday 25 November", with the year where it is not the one given. */
export function dayInWords(day: string, thisYear: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
    .formatToParts(new Date(`${day}T00:00:00Z`))
    .filter(({ type }) => type !== 'literal')
    .map(({ value }) => value)
  return [...parts, ...(day.startsWith(thisYear) ? [] : [day.slice(0, 4)])].join(' ')
}

/** The local day, `YYYY-MM-DD`. */
export function localDay(instant: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone })
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
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
