import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from '../../src/platform/read-lines.ts'

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

async function linesOf(parts: readonly (string | Uint8Array)[], maximumBytes = 100) {
  const bytes = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part))
  const lines = []
  for await (const { number, text, problem } of readLines(chunks(bytes), maximumBytes)) {
    lines.push([number, text ?? problem])
  }
  return lines
}

describe('the lines of a stream', () => {
  it.each([
    ['LF', ['a\nb\n']],
    ['CRLF', ['a\r\nb\r\n']],
    ['CR', ['a\rb\r']],
    ['no end', ['a\nb']],
    ['CRLF cut in two', ['a\r', '\nb\r', '\n']],
    ['a byte order mark', ['\ufeffa\r\nb']],
  ])('end with %s', async (_, parts) => {
    expect(await linesOf(parts)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
  })

  it('are counted where they are empty', async () => {
    expect(await linesOf(['a\n\r\n\nb'])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, ''],
      [4, 'b'],
    ])
    expect(await linesOf([])).toEqual([])
  })

  it('cost themselves only, where they are too long or not UTF-8', async () => {
    const wrong = Uint8Array.of(0x61, 0xe4, 0x0a)
    expect(await linesOf(['a\n', wrong, 'x'.repeat(150), 'x'.repeat(50), '\nb\n', 'y'.repeat(101)])).toEqual([
      [1, 'a'],
      [2, 'not UTF-8'],
      [3, 'too long'],
      [4, 'b'],
      [5, 'too long'],
    ])
  })

  it('are the same, wherever the stream is cut', async () => {
    const text = fc.array(fc.constantFrom('a', 'ä', '\r', '\n', '\r\n', '😀', ''), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 6 }), async (letters, cuts) => {
        const whole = new TextEncoder().encode(letters.join(''))
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
        const parts = at.slice(1).map((end, index) => whole.subarray(at[index], end))
        expect(await linesOf(parts)).toEqual(await linesOf([whole]))
        const expected = letters.join('').split(/\r\n|\n|\r/)
        if (expected.at(-1) === '') expected.pop()
        expect((await linesOf(parts)).map(([, line]) => line)).toEqual(expected)
      }),
    )
  })
})
