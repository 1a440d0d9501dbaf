// Long results, written as they are read.
import { once } from 'node:events'
import { interruptedExitCode } from './tools.ts'

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

/** To stdout, no faster than it is read. Whoever reads it may have seen enough (`| head`). */
export async function writeOut(texts: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  const { stdout } = process
  const closed = new AbortController()
  const onError = (error: NodeJS.ErrnoException) => closed.abort(error)
  stdout.on('error', onError)
  const until = AbortSignal.any([closed.signal, signal])
  let chunk = ''
  const flush = async () => {
    const isFull = !stdout.write(chunk)
    chunk = ''
    if (isFull) await once(stdout, 'drain', { signal: until }).catch(() => {})
  }
  for await (const text of texts) {
    chunk += text
    if (chunk.length >= chunkLength) await flush()
    if (until.aborted) break
  }
  if (!until.aborted && chunk !== '') await flush()
  if (signal.aborted) process.exitCode = interruptedExitCode
  if (closed.signal.aborted && closed.signal.reason.code !== 'EPIPE') throw closed.signal.reason
}
