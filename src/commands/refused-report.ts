// The lines of an import that were refused: into a file, or the first of them to stderr.
import { open, stat } from 'node:fs/promises'
import { csvLine } from '../platform/csv-line.ts'
import { PublicError } from '../platform/errors.ts'
import type { RefusedLine } from '../subscriptions/import-file.ts'
import type { Input } from './open-input.ts'

export type RefusedReport = {
  add(lines: readonly RefusedLine[]): Promise<void>
  /** All is read: a report of no refused line replaces what an earlier import left, too. */
  complete(): Promise<void>
  end(): Promise<void>
}

const linesOnStderr = 20

/**
 * Opens the report before anything is changed; what is in the file stays until there is something to replace it with. It
 * names lines, not addresses. Throws {@link PublicError}.
 */
export async function openReport(path: string | undefined, input: Input): Promise<RefusedReport> {
  if (path === undefined) return reportToStderr()
  await checkIsNotInput(path, input)
  const file = await open(path, 'a').catch((error) => {
    throw new PublicError('invalid_input', `The report ${path} cannot be written: choose another file.`, {
      cause: error,
    })
  })
  let isBegun = false
  const begin = async () => {
    if (isBegun) return
    isBegun = true
    if ((await file.stat()).isFile()) await file.truncate()
    await file.write(csvLine(['line', 'reason']))
  }
  return {
    add: async (lines) => {
      await begin()
      await file.write(lines.map(({ number, reason }) => csvLine([String(number), reason])).join(''))
    },
    complete: begin,
    end: () => file.close(),
  }
}

async function checkIsNotInput(path: string, { stats }: Input): Promise<void> {
  const existing = await stat(path).catch(() => undefined)
  if (existing && stats && existing.dev === stats.dev && existing.ino === stats.ino) {
    throw new PublicError(
      'invalid_input',
      'The report would replace the file that is read: choose another file for it.',
    )
  }
}

/** After the progress bar is done with stderr. */
function reportToStderr(): RefusedReport {
  const first: RefusedLine[] = []
  let count = 0
  return {
    add: async (lines) => {
      first.push(...lines.slice(0, linesOnStderr - first.length))
      count += lines.length
    },
    complete: async () => {},
    end: async () => {
      for (const { number, reason } of first) process.stderr.write(`line ${number}: ${reason}\n`)
      if (count > first.length) {
        process.stderr.write(`and ${count - first.length} more: --report <file> lists them all\n`)
      }
    },
  }
}
