// A file of readers, in and out again, in a process of its own: how fast, and with how much memory, which must not grow
// with the file.
import type { Context } from '../../src/platform/context.ts'
import { csvLine } from '../../src/platform/csv-line.ts'
import { utf8 } from '../../src/platform/encoding.ts'
import { exportSubscribers, readerCells } from '../../src/subscriptions/export-subscribers.ts'
import { importFile } from '../../src/subscriptions/import-file.ts'
import { getNewsletter } from '../../src/subscriptions/newsletters.ts'
import { readerColumns } from '../../src/subscriptions/reader-file.ts'
import { fillAudience, slotBefore } from '../support/audience.ts'
import { startChild } from './child.ts'
import type { BenchDatabase } from './database.ts'
import { type Measured, measure } from './measured.ts'

type Go = { readonly lines: number; readonly seconds: number; readonly peakMegabytes: number }

export type ImportingFigures = {
  readonly imported: Go
  /** The same file once more, which changes nothing. */
  readonly again: Go
  readonly exported: Go
  /** How the peak of the first import compares to that of a tenth of its lines. */
  readonly timesThePeakOfATenth: number
}

export async function measureImporting(
  database: BenchDatabase,
  options: { readonly readers: number; readonly tell: (text: string) => void },
): Promise<ImportingFigures> {
  const go = async (ask: 'import' | 'export', lines: number): Promise<Go> => {
    const child = startChild('./contender.ts')
    try {
      options.tell(`${ask}ing ${lines} readers`)
      await child.ask({ ask: 'open', databaseUrl: database.url, sinkUrl: 'http://127.0.0.1:9' })
      const { count, seconds, peakMegabytes } = await child.ask<Measured>({ ask, lines })
      return { lines: count, seconds, peakMegabytes }
    } finally {
      await child.end()
    }
  }
  const fresh = () => fillAudience(database.db, 1, slotBefore(new Date()))
  await fresh()
  const few = await go('import', Math.ceil(options.readers / 10))
  await fresh()
  const imported = await go('import', options.readers)
  const again = await go('import', options.readers)
  const exported = await go('export', options.readers)
  return { imported, again, exported, timesThePeakOfATenth: imported.peakMegabytes / few.peakMegabytes }
}

/** In the importing process. The file is made as it is read. */
export function importLines(context: Context, lines: number): Promise<Measured> {
  return measure(async () => {
    const newsletter = await getNewsletter(context.db)
    const { signal } = new AbortController()
    const summary = await importFile(context, newsletter, fileOf(lines), { signal })
    if (summary.added + summary.unchanged !== lines) throw new Error(JSON.stringify(summary))
    return summary.lines
  })
}

/** In the exporting process: all readers, as the command writes them. */
export function exportLines(context: Context): Promise<Measured> {
  return measure(async () => {
    let count = 0
    for await (const reader of exportSubscribers(context, await getNewsletter(context.db), { isAll: false })) {
      if (csvLine(readerCells(reader)).length > 0) count += 1
    }
    return count
  })
}

const linesInAPiece = 500

async function* fileOf(lines: number): AsyncGenerator<Uint8Array> {
  yield utf8.encode(csvLine(readerColumns))
  for (let first = 0; first < lines; first += linesInAPiece) {
    let piece = ''
    for (let line = first; line < Math.min(lines, first + linesInAPiece); line++) piece += lineOf(line)
    yield utf8.encode(piece)
  }
}

function lineOf(line: number): string {
  const zone = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata'][line % 3] ?? 'UTC'
  const frequency = ['daily', 'weekdays', 'weekly'][line % 3] ?? 'daily'
  const language = ['en', 'de', 'fr'][line % 3] ?? 'en'
  const topics = `topic-${(line % 20) + 1};topic-${((line + 7) % 20) + 1}`
  const email = `imported.${line}@mail${line % 500}.reader.example`
  const consentedAt = '2024-03-01T10:00:00Z'
  return csvLine([email, frequency, '1', String(line % 24), zone, language, topics, consentedAt, 'old list', 'active'])
}
