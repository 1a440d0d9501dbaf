// The file that a command reads, or stdin.
import type { Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { PublicError } from '../platform/errors.ts'
import { progressBar } from '../progress.ts'

export type Input = {
  /** Read no faster than they are taken; ended by the signal. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Undefined for stdin. */
  readonly stats: Stats | undefined
  close(): Promise<void>
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a directory',
}

/** Opens a file, with a progress bar over its size where stderr is a terminal; `-` is stdin, whose size nobody knows. Throws {@link PublicError}. */
export async function openInput(path: string, signal: AbortSignal): Promise<Input> {
  if (path === '-') {
    return {
      bytes: addAbortSignal(signal, process.stdin as Readable),
      stats: undefined,
      close: async () => void process.stdin.destroy(),
    }
  }
  const { file, stats } = await openFile(path)
  const chunks = addAbortSignal(signal, file.createReadStream({ autoClose: false }))
  return {
    bytes: stats.isFile() ? withProgress(chunks, stats.size) : chunks,
    stats,
    close: () => file.close(),
  }
}

async function openFile(path: string): Promise<{ file: FileHandle; stats: Stats }> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const stats = await file.stat()
    if (stats.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' })
    return { file, stats }
  } catch (error) {
    await file?.close()
    const problem = error instanceof Error && 'code' in error ? problems[String(error.code)] : undefined
    if (!problem) throw error
    throw new PublicError('invalid_input', `${path} cannot be read: ${problem}.`, { cause: error })
  }
}

/** Counts the bytes that are behind us whenever the next ones are asked for. */
async function* withProgress(chunks: AsyncIterable<Buffer>, size: number): AsyncGenerator<Uint8Array> {
  const bar = progressBar('importing', 'kB')
  const kilobytes = (bytes: number) => Math.ceil(bytes / 1_000)
  let count = 0
  try {
    for await (const chunk of chunks) {
      yield chunk
      count += chunk.length
      bar.update(kilobytes(count), kilobytes(size))
    }
  } finally {
    bar.end()
  }
}
