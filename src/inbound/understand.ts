// What a reader wants, from one line. Only what is meant without doubt is understood; the rest is answered with help.
import type { Frequency } from '../platform/database/schema.ts'
import { inEnglish } from './command-words.ts'

export type Wish =
  | { readonly kind: 'frequency'; readonly frequency: Frequency; readonly weekday?: number }
  | { readonly kind: 'pause'; readonly days: number }
  | { readonly kind: 'resume' | 'stop' | 'help' | 'unclear' | 'yes' | 'no' }
  /** A pause that would be over, or longer than a year. */
  | { readonly kind: 'bad_pause' }

const longestPauseDays = 365
const months = 'january february march april may june july august september october november december'.split(' ')
const weekdays = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ')
const numbers = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
const unitDays: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30 }

const wishes = (words: string) => new Set(words.split(',').map((word) => word.trim()))
const stops = wishes(`
  stop, stop it, stop this, stop all, stop sending, stop emails, stop mails, unsubscribe, unsubscribe me,
  unsubscribed, cancel, cancel subscription, cancel my subscription, remove, remove me, end, quit, opt out,
  optout, leave, no more, no more mails, no more emails, take me off, take me off this list, stopp`)
const yeses = wishes(`
  yes, y, yes i do, yes i want, yes confirm, yes subscribe, confirm, confirmed, i confirm, ok, okay, sure,
  subscribe, subscribe me, yep, yeah`)

/** `today` is the reader's local day, `YYYY-MM-DD`. English is tried first, then all languages that readers are spoken to in. */
export function understand(line: string, today: string): Wish {
  if (/^\s*\?+\s*$/.test(line)) return { kind: 'help' }
  const words = normalise(line)
  const wish = wishOf(words, today)
  return wish.kind === 'unclear' ? wishOf(inEnglish(words), today) : wish
}

function wishOf(words: string, today: string): Wish {
  if (stops.has(words)) return { kind: 'stop' }
  if (/^(no|nope|nein|never)$/.test(words)) return { kind: 'no' }
  if (yeses.has(words)) return { kind: 'yes' }
  if (/^(help|info|commands?|what can i (do|write)|how)$/.test(words)) return { kind: 'help' }
  if (/^(resume|continue|unpause|end (the |my )?pause|start( again)?|go on)$/.test(words)) return { kind: 'resume' }
  return frequencyOf(words) ?? pauseOf(words, today) ?? { kind: 'unclear' }
}

/** One case, no punctuation but what dates are made of, no courtesies. */
function normalise(line: string): string {
  return line
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[\u064b-\u0652\u0640]/g, '') // the vowels and the lengthening of Arabic, which some write
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[^\p{L}\p{N}./' -]/gu, ' ')
    .replace(
      /\b(please|pls|thanks|thank you|thx|kindly|just|i (want|would like|'d like) (it|the digest)?|make it|send (it|me)|the digest|my digest|it to)\b/g,
      ' ',
    )
    .replace(/(^|\s)[.'/-]+(?=\s|$)|[.']+(?=\s*$)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function frequencyOf(words: string): Wish | undefined {
  const text = words.replace(/^(change|switch|set)( to)? |^to /, '')
  if (/^(daily|every ?day|each day|once a day)$/.test(text)) return { kind: 'frequency', frequency: 'daily' }
  if (/^(on )?(weekdays|every weekday|workdays|working days|weekdays only|only weekdays)$/.test(text)) {
    return { kind: 'frequency', frequency: 'weekdays' }
  }
  const [isWeekly, , day] = /^(weekly|every week|each week|once a week)(?: on (\p{L}+?)s?)?$/u.exec(text) ?? []
  if (isWeekly === undefined) return undefined
  if (day === undefined) return { kind: 'frequency', frequency: 'weekly' }
  const weekday = indexOfStart(weekdays, day)
  return weekday === undefined ? undefined : { kind: 'frequency', frequency: 'weekly', weekday }
}

function pauseOf(words: string, today: string): Wish | undefined {
  const [, rest] = /^(?:pause|hold|suspend|skip|stop)\b(.*)$/.exec(words) ?? []
  if (rest === undefined) return undefined
  const [, count, unit] = /^ (?:for )?(?:the next )?(\d{1,4}|a|an|\p{L}+)? ?(day|week|month)s?$/u.exec(rest) ?? []
  if (unit !== undefined) {
    const number = numberOf(count ?? 'a')
    return number === undefined ? undefined : pauseFor(number * (unitDays[unit] ?? 1))
  }
  const [, until] = /^ (?:until|till|til|to) (.+)$/.exec(rest) ?? []
  const day = until === undefined ? undefined : dayOf(until, today)
  return day === undefined ? undefined : pauseFor(daysBetween(today, day))
}

const pauseFor = (days: number): Wish =>
  days >= 1 && days <= longestPauseDays ? { kind: 'pause', days } : { kind: 'bad_pause' }

function numberOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  if (text === 'a' || text === 'an') return 1
  const index = numbers.indexOf(text)
  return index < 0 ? undefined : index + 1
}

/** A day, `YYYY-MM-DD`: the next one of that name where no year is said. 24/12 is left out: it is two days, one of them in America. */
function dayOf(text: string, today: string): string | undefined {
  const cleaned = text.replace(/^(the|monday|tuesday|wednesday|thursday|friday|saturday|sunday) /, '')
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(cleaned)
  if (iso) return existing(Number(iso[1]), Number(iso[2]), Number(iso[3]))
  const dotted = /^(\d{1,2})\. ?(\d{1,2})\.? ?(\d{4})?$/.exec(cleaned)
  if (dotted) return nextDay(dotted[3], Number(dotted[2]), Number(dotted[1]), today)
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?(?: of)? (\p{L}{3,9})\.?(?: (\d{4}))?$/u.exec(cleaned)
  const monthFirst = /^(\p{L}{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?$/u.exec(cleaned)
  const [day, name, year] = dayFirst
    ? dayFirst.slice(1)
    : monthFirst
      ? [monthFirst[2], monthFirst[1], monthFirst[3]]
      : []
  const month = name === undefined ? undefined : indexOfStart(months, name)
  return month === undefined ? undefined : nextDay(year, month, Number(day), today)
}

function nextDay(year: string | undefined, month: number, day: number, today: string): string | undefined {
  if (year !== undefined) return existing(Number(year), month, day)
  const thisYear = Number(today.slice(0, 4))
  const soon = existing(thisYear, month, day)
  return soon !== undefined && soon > today ? soon : existing(thisYear + 1, month, day)
}

/** Undefined for a day that no month has. */
function existing(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 2000
    ? date.toISOString().slice(0, 10)
    : undefined
}

const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** The number, from 1, of the one name that begins with the word, of three letters at least. */
function indexOfStart(names: readonly string[], word: string): number | undefined {
  const found = names.flatMap((name, index) => (word.length >= 3 && name.startsWith(word) ? [index + 1] : []))
  return found.length === 1 ? found[0] : undefined
}
