const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Hours east of UTC of the abbreviations in RFC 822, and of a few more that feeds use. */
const zoneHours: Readonly<Record<string, number>> = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
  bst: 1,
  cet: 1,
  cest: 2,
  eet: 2,
  eest: 3,
  msk: 3,
  jst: 9,
  kst: 9,
  aest: 10,
  aedt: 11,
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T\s]+(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([a-z]{1,5}|[+-]\d\d:?\d\d)?)?$/i
const rfc822 =
  /^(?:[^\s\d,]+,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{4}|\d\d)(?:\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([a-z]{1,5}|[+-]\d\d:?\d\d)?(?:\s*\(.*\))?)?$/i

/**
 * Reads the dates that feeds use: RFC 822 with two or four digits for the year, and RFC 3339 and its looser relatives.
 * No zone, or an unknown one, is UTC. Null for anything else, and for the year 1970 and before, which stands for "none".
 */
export function parseFeedDate(written: string | null | undefined): Date | null {
  const text = (written ?? '').slice(0, 100).trim()
  const match = iso.exec(text)
  if (match) {
    const [, year, month, day, hour, minute, second, zone] = match
    return dateOf([Number(year), Number(month), Number(day)], [hour, minute, second], zone)
  }
  const [, day, monthName, year, hour, minute, second, zone] = rfc822.exec(text) ?? []
  if (!monthName || !year) return null
  const month = months.indexOf(monthName.toLowerCase()) + 1
  return dateOf([fullYear(year), month, Number(day)], [hour, minute, second], zone)
}

function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  return year < 70 ? 2000 + year : 1900 + year
}

function dateOf(
  [year, month, day]: [number, number, number],
  time: (string | undefined)[],
  zone: string | undefined,
): Date | null {
  const [hour = 0, minute = 0, second = 0] = time.map((part) => Number(part ?? 0))
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59)))
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60
  if (!isReal || year <= 1970 || year > 9999) return null
  return new Date(date.getTime() - offsetMs(zone))
}

function offsetMs(zone = ''): number {
  const numeric = /^([+-])(\d\d):?(\d\d)$/.exec(zone)
  if (!numeric) return (zoneHours[zone.toLowerCase()] ?? 0) * 3_600_000
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
  return (numeric[1] === '-' ? -minutes : minutes) * 60_000
}
