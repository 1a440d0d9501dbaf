/** A line without its end. `text` is null where it cannot be read, and `problem` says why. */
export type Line = {
  /** From 1, as editors count. */
  readonly number: number
  readonly text: string | null
  readonly problem: 'too long' | 'not UTF-8' | null
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts a stream of bytes into its lines, which end with LF, CRLF or CR. What is wrong with one line costs that line: it may
 * be longer than `maximumBytes`, or not UTF-8. A byte order mark is left out. Reads no faster than the lines are taken.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maximumBytes: number): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  let rest: Uint8Array = new Uint8Array()
  let isTooLong = false
  let endedWithReturn = false

  const line = (bytes: Uint8Array): Line => {
    number += 1
    const isOverlong = isTooLong || bytes.length > maximumBytes
    isTooLong = false
    if (isOverlong) return { number, text: null, problem: 'too long' }
    try {
      return { number, text: decoder.decode(bytes), problem: null }
    } catch {
      return { number, text: null, problem: 'not UTF-8' }
    }
  }

  for await (const chunk of chunks) {
    let start = 0
    for (let index = 0; index < chunk.length; index++) {
      const byte = chunk[index]
      if (byte !== lineFeed && byte !== carriageReturn) continue
      const isSecondOfTwo = byte === lineFeed && (index === 0 ? endedWithReturn : chunk[index - 1] === carriageReturn)
      if (!isSecondOfTwo) {
        yield line(
          rest.length === 0 ? chunk.subarray(start, index) : Buffer.concat([rest, chunk.subarray(start, index)]),
        )
        rest = new Uint8Array()
      }
      start = index + 1
    }
    if (chunk.length > 0) endedWithReturn = chunk.at(-1) === carriageReturn
    if (rest.length + chunk.length - start > maximumBytes) isTooLong = true
    rest = isTooLong ? new Uint8Array() : Buffer.concat([rest, chunk.subarray(start)])
  }
  if (rest.length > 0 || isTooLong) yield line(rest)
}
