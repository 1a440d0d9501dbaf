// Long results, written as they are read.
import { once } from 'node:events'
import { interruptedExitCode, isInterrupted } from './tools.ts'

const chunkLength = 64 * 1024

/** One array, a line for each item. */
export async function* asJson(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = '[\n'
  for await (const item of items) {
    yield separator + JSON.stringify(item)
    separator = ',\n'
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

/** To stdout, no faster than it is read. `signal` is aborted when whoever reads it has seen enough (`| head`), too. */
export async function writeOut(texts: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  const { stdout } = process
  let chunk = ''
  const flush = async () => {
    const isFull = !stdout.write(chunk)
    chunk = ''
    if (isFull) await once(stdout, 'drain', { signal }).catch(() => {})
  }
  for await (const text of texts) {
    chunk += text
    if (chunk.length >= chunkLength) await flush()
    if (signal.aborted) break
  }
  if (!signal.aborted && chunk !== '') await flush()
  if (isInterrupted(signal)) process.exitCode = interruptedExitCode
}
