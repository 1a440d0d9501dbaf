// A file of readers, line by line, in sets: what is in is in, and reading it again completes it.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { type Line, readLines } from '../platform/read-lines.ts'
import { type ConfirmedReader, type ImportedSet, importSubscribers } from './import-subscribers.ts'
import type { Newsletter } from './newsletters.ts'
import { type ReaderFileOptions, type ReaderLine, readHeader } from './reader-file.ts'
import { type SeenAddresses, withSeenAddresses } from './seen-addresses.ts'
import { readTopicIds } from './topic-choices.ts'

/** What became of a file. Each line is added, unchanged, left, skipped or refused. */
export type ImportSummary = ImportedSet & {
  /** Those that are not empty, without the first. */
  readonly lines: number
  /** Their `state` says that they are not subscribed. */
  readonly skipped: number
  readonly refused: number
  readonly isDryRun: boolean
  /** It was stopped before the end of the file. */
  readonly isInterrupted: boolean
}

export type RefusedLine = { readonly number: number; readonly reason: string }

export type ImportFileOptions = {
  readonly signal: AbortSignal
  /** Say what would happen, and change nothing. */
  readonly isDryRun?: boolean
  /** Called set by set, in the order of the lines. */
  readonly onRefused?: (lines: readonly RefusedLine[]) => Promise<void>
}

const linesInSet = 1_000
const longestLineBytes = 16 * 1024

/**
 * Adds the readers of a CSV file to a newsletter, a thousand lines a transaction, reading no faster than they are stored.
 * Of lines with the same address the first counts. Ends after the set under way when the signal aborts. Throws
 * {@link PublicError}, with nothing changed, for a file without a first line that names its columns.
 */
export function importFile(
  context: Context,
  newsletter: Newsletter,
  bytes: AsyncIterable<Uint8Array>,
  options: ImportFileOptions,
): Promise<ImportSummary> {
  return withSeenAddresses(context, async (seen) => {
    const counts = { added: 0, unchanged: 0, left: 0, suppressed: 0, skipped: 0, refused: 0 }
    const readOptions = await prepare(context, newsletter)
    for await (const set of readSets(bytes, readOptions, options.signal)) {
      const { readers, refused } = await withoutSeen(set, seen)
      const imported = await importSubscribers(context, newsletter, readers, evidence, options)
      for (const name of ['added', 'unchanged', 'left', 'suppressed'] as const) counts[name] += imported[name]
      counts.skipped += set.skipped
      counts.refused += refused.length
      if (refused.length > 0) await options.onRefused?.(refused)
      if (options.signal.aborted) break
    }
    return {
      lines: counts.added + counts.unchanged + counts.left + counts.skipped + counts.refused,
      ...counts,
      isDryRun: options.isDryRun ?? false,
      isInterrupted: options.signal.aborted,
    }
  })
}

const evidence = { source: 'import', ip: null, userAgent: null } as const

async function prepare(context: Context, newsletter: Newsletter): Promise<ReaderFileOptions> {
  const zones = await sql<{ name: string }>`select lower(name collate "C") as name from pg_timezone_names`.execute(
    context.db,
  )
  const { rows } = await sql<{ now: Date }>`select ${context.clock.sqlNow} as now`.execute(context.db)
  const aheadMs = (rows[0]?.now.getTime() ?? 0) - context.clock.now().getTime()
  return {
    topicIds: await readTopicIds(context.db, newsletter.id),
    timeZones: new Set(zones.rows.map(({ name }) => name)),
    language: newsletter.language,
    now: () => new Date(context.clock.now().getTime() + aheadMs),
  }
}

type NumberedReader = { readonly number: number; readonly reader: ConfirmedReader }
type LineSet = { readonly readers: NumberedReader[]; readonly refused: RefusedLine[]; skipped: number }

async function* readSets(
  bytes: AsyncIterable<Uint8Array>,
  options: ReaderFileOptions,
  signal: AbortSignal,
): AsyncGenerator<LineSet> {
  let parseLine: ((text: string) => ReaderLine) | undefined
  let set: LineSet = { readers: [], refused: [], skipped: 0 }
  try {
    for await (const line of readLines(bytes, longestLineBytes)) {
      if (signal.aborted) return
      if (!parseLine) {
        if (line.text?.trim() !== '') parseLine = readHeader(textOfFirst(line), options)
        continue
      }
      place(set, line, parseLine)
      if (set.readers.length + set.refused.length + set.skipped < linesInSet) continue
      yield set
      set = { readers: [], refused: [], skipped: 0 }
    }
  } catch (error) {
    // The stream was closed by the signal while we waited for more.
    if (signal.aborted && error instanceof Error && error.name === 'AbortError') return
    throw error
  }
  if (!parseLine) throw new PublicError('invalid_input', 'The file is empty: its first line names the columns.')
  yield set
}

function textOfFirst({ text, problem }: Line): string {
  if (text !== null) return text
  const what = problem === 'too long' ? 'is too long to name columns' : 'is not in UTF-8'
  throw new PublicError('invalid_input', `The first line of the file ${what}: save it as CSV in UTF-8.`)
}

function place(set: LineSet, { number, text, problem }: Line, parseLine: (text: string) => ReaderLine): void {
  if (text === null) {
    const reason = problem === 'too long' ? `It is longer than ${longestLineBytes} bytes.` : 'It is not in UTF-8.'
    set.refused.push({ number, reason })
    return
  }
  const line = parseLine(text)
  if (line.kind === 'reader') set.readers.push({ number, reader: line.reader })
  else if (line.kind === 'refused') set.refused.push({ number, reason: line.reason })
  else if (line.kind === 'skipped') set.skipped += 1
}

/** Refuses what names an address again. */
async function withoutSeen(
  set: LineSet,
  seen: SeenAddresses,
): Promise<{ readonly readers: ConfirmedReader[]; readonly refused: RefusedLine[] }> {
  const firstLines = new Map<string, NumberedReader>()
  for (const one of set.readers) {
    if (!firstLines.has(one.reader.emailKey)) firstLines.set(one.reader.emailKey, one)
  }
  const earlier = await seen.note([...firstLines].map(([emailKey, { number }]) => ({ emailKey, number })))
  const readers: ConfirmedReader[] = []
  const refused = [...set.refused]
  for (const one of set.readers) {
    const { number, reader } = one
    const first = earlier.get(reader.emailKey) ?? firstLines.get(reader.emailKey)?.number
    if (first === number) readers.push(reader)
    else refused.push({ number, reason: `The address is on line ${first} already.` })
  }
  return { readers, refused: refused.sort((a, b) => a.number - b.number) }
}
