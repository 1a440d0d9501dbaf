// A file of readers: which columns it has, and what a line of it says.
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import { withoutGuard } from '../platform/csv-line.ts'
import type { SubscriptionState } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { parseAddress } from './address.ts'
import type { ConfirmedReader } from './import-subscribers.ts'
import { knownLanguage, languages } from './languages.ts'
import { defaultChoices, frequencies, knownTimeZone } from './preferences.ts'

/** What `subscribers export` writes and `subscribers import` reads, in this order. */
export const readerColumns = [
  'email',
  'frequency',
  'weekday',
  'hour',
  'timeZone',
  'language',
  'topics',
  'confirmedAt',
  'source',
  'state',
] as const

export type ReaderColumn = (typeof readerColumns)[number]

/** Between the slugs in the column `topics`: none has it, and spreadsheets do not take it for the end of a cell. */
export const topicSeparator = ';'

/** What the lines are read against. */
export type ReaderFileOptions = {
  readonly topicIds: ReadonlyMap<string, number>
  /** In lower case. */
  readonly timeZones: ReadonlySet<string>
  /** The newsletter's, which readers have who name none. */
  readonly language: string
  /** The database's time: nobody can have confirmed after it. */
  readonly now: () => Date
}

/** A line: a reader, someone whose `state` says that they are not subscribed, or nothing at all. */
export type ReaderLine =
  | { readonly kind: 'reader'; readonly reader: ConfirmedReader }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'refused'; readonly reason: string }

const required = ['email', 'confirmedAt'] as const
const longestSource = 200
const states: readonly SubscriptionState[] = ['pending', 'active', 'ended']
/** Software that has no date writes 1970-01-01 or 1900-01-00. */
const earliestConsent = new Date('1990-01-01T00:00:00Z')

class Refusal extends Error {}

/** Reads the first line. Returns how to read the others. Throws {@link PublicError} for a header that is not one of ours. */
export function readHeader(text: string, options: ReaderFileOptions): (text: string) => ReaderLine {
  const columns = readColumns(text)
  return (line) => {
    try {
      return readLine(line, columns, options)
    } catch (error) {
      if (error instanceof Refusal || error instanceof PublicError) return { kind: 'refused', reason: error.message }
      throw error
    }
  }
}

function readColumns(text: string): ReaderColumn[] {
  const names = cellsOf(text, invalid)
  const named = (name: string) => readerColumns.find((column) => column.toLowerCase() === name.toLowerCase())
  const columns = names.map(named).filter((column) => column !== undefined)
  const known = `The first line of the file names its columns, with commas between them: ${readerColumns.join(', ')}`
  const unknown = names.filter((name) => named(name) === undefined)
  if (unknown.length > 0) throw invalid(`${known}. There is no ${list(unknown)}.`)
  const missing = required.filter((column) => !columns.includes(column))
  if (missing.length > 0) throw invalid(`${known}. It has to have ${list(missing)}.`)
  const repeated = columns.filter((column, index) => columns.indexOf(column) < index)
  if (repeated.length > 0) throw invalid(`${known}, each once. There are several of ${list(repeated)}.`)
  return columns
}

function readLine(text: string, columns: readonly ReaderColumn[], options: ReaderFileOptions): ReaderLine {
  if (text.trim() === '') return { kind: 'empty' }
  const cells = cellsOf(text, (message) => new Refusal(message))
  if (cells.every((cell) => cell === '')) return { kind: 'empty' }
  if (cells.length !== columns.length) {
    throw new Refusal(`It has ${cells.length} cells, and the first line of the file ${columns.length}.`)
  }
  const values = new Map(columns.map((column, index) => [column, cells[index] ?? '']))
  const cell = (column: ReaderColumn) => values.get(column) ?? ''
  const address = parseAddress(cell('email'))
  const state = oneOf('state', cell('state'), states, 'active')
  if (state !== 'active') return { kind: 'skipped' }
  return {
    kind: 'reader',
    reader: {
      email: address.email,
      emailKey: address.key,
      frequency: oneOf('frequency', cell('frequency'), frequencies, defaultChoices.frequency),
      weekday: wholeNumber('weekday', cell('weekday'), 1, 7, defaultChoices.weekday),
      hour: wholeNumber('hour', cell('hour'), 0, 23, defaultChoices.hour),
      timeZone: timeZoneOf(cell('timeZone'), options.timeZones),
      language: languageOf(cell('language'), options.language),
      topics: topicsOf(cell('topics'), options.topicIds),
      confirmedAt: confirmationOf(cell('confirmedAt'), options.now()),
      source: sourceOf(cell('source')),
    },
  }
}

/** Of one line: no cell of ours has a line break, so a quote that is left open costs its line and not the rest of the file. */
function cellsOf(text: string, problem: (message: string) => Error): string[] {
  try {
    const records: string[][] = parse(text, { relax_column_count: true })
    return (records[0] ?? []).map((cell) => withoutGuard(cell).trim())
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw problem('Its quotes are wrong: a cell is quoted as a whole, within a line, and a quote in it is doubled.')
  }
}

function oneOf<T extends string>(name: ReaderColumn, text: string, allowed: readonly T[], usual: T): T {
  if (text === '') return usual
  const value = allowed.find((one) => one === text.toLowerCase())
  if (value === undefined) throw new Refusal(`The ${name} ${shown(text)} is not one of ${allowed.join(', ')}.`)
  return value
}

function wholeNumber(name: ReaderColumn, text: string, minimum: number, maximum: number, usual: number): number {
  if (text === '') return usual
  const value = Number(text)
  if (!/^\d{1,2}$/.test(text) || value < minimum || value > maximum) {
    throw new Refusal(`The ${name} ${shown(text)} is not a whole number from ${minimum} to ${maximum}.`)
  }
  return value
}

const checkedZones = new Map<string, string | undefined>()

/** The database plans by it and the pages show it, so both have to know it. */
function timeZoneOf(text: string, timeZones: ReadonlySet<string>): string {
  if (text === '') return defaultChoices.timeZone
  if (!timeZones.has(text.toLowerCase()))
    throw new Refusal(`The time zone ${shown(text)} is not one, like Europe/Berlin.`)
  if (!checkedZones.has(text)) checkedZones.set(text, knownTimeZone(text))
  const known = checkedZones.get(text)
  if (known === undefined) throw new Refusal(`The time zone ${shown(text)} is not one, like Europe/Berlin.`)
  return known
}

/** One that we have words in, or the newsletter's, whatever it is: an export has that, too. */
function languageOf(text: string, usual: string): string {
  if (text === '' || text.toLowerCase() === usual.toLowerCase()) return usual
  const known = knownLanguage(text)
  if (known !== undefined) return known
  throw new Refusal(`The language ${shown(text)} is not one of ${languages.join(', ')}.`)
}

function topicsOf(text: string, topicIds: ReadonlyMap<string, number>): string[] {
  const slugs = text
    .split(topicSeparator)
    .map((slug) => slug.trim().toLowerCase())
    .filter((slug) => slug !== '')
  for (const slug of slugs) {
    if (!topicIds.has(slug)) throw new Refusal(`There is no topic ${shown(slug)} in this newsletter.`)
  }
  return slugs
}

const isoTime = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })])

/** ISO 8601; where it names no zone it is in UTC. */
function confirmationOf(text: string, now: Date): Date {
  if (text === '') throw new Refusal('There is no confirmedAt: without the time of their consent nobody is added.')
  const iso = text.replace(' ', 'T')
  if (!isoTime.safeParse(iso).success) {
    throw new Refusal(`The confirmedAt ${shown(text)} is not a time like 2026-11-23T06:00:00Z.`)
  }
  const isWithoutZone = /T[\d:.]+$/.test(iso)
  const time = new Date(isWithoutZone ? `${iso}Z` : iso)
  if (!(time >= earliestConsent)) throw new Refusal(`The confirmedAt ${shown(text)} is before 1990.`)
  if (time > now) throw new Refusal(`The confirmedAt ${shown(text)} is in the future.`)
  return time
}

function sourceOf(text: string): string | null {
  if (text.length > longestSource) throw new Refusal(`The source is longer than ${longestSource} characters.`)
  if (/\p{Cc}/u.test(text)) throw new Refusal('The source has a character that cannot be seen.')
  return text === '' ? null : text
}

/** What somebody wrote, short enough for a line, without what a terminal would act on, and no address. */
function shown(text: string): string {
  const visible = text.replace(/\p{C}/gu, '?').replace(/\S*@\S*/g, '[address]')
  return `"${visible.length > 40 ? `${visible.slice(0, 40)}…` : visible}"`
}

const list = (names: readonly string[]) => names.map(shown).join(', ')

const invalid = (message: string) => new PublicError('invalid_input', message)
