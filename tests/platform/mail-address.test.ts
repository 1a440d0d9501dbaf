import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mailAddress, signMailToken, verifyMailToken } from '../../src/platform/mail-address.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'

const secret = (byte: number) => new Uint8Array(32).fill(byte)
const old = signingKeysOf(new Map([['k1', secret(1)]]))
const rotated = signingKeysOf(
  new Map([
    ['k2', secret(2)],
    ['k1', secret(1)],
  ]),
)
const purposes = ['reply', 'unsubscribe', 'confirm'] as const

describe('a token in an address', () => {
  it('is worth what it was signed for, in either case, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom(...purposes),
        fc.constantFrom(...purposes),
        (id, purpose, other) => {
          const token = signMailToken(old, 'k1', purpose, id)
          expect(verifyMailToken(old, other, token)).toBe(other === purpose ? id : undefined)
          expect(verifyMailToken(old, purpose, token.toUpperCase())).toBe(id)
          expect(mailAddress(purpose, token, 'x').split('@')[0]?.length).toBeLessThanOrEqual(64)
        },
      ),
    )
  })

  it('is what it always was: those in mails that were sent stay good', () => {
    const mailed = '1000-m4ylwq7mze76rqjg3khlwj7kqoe5mwc7' // made with Python's hmac and base64
    expect(signMailToken(old, 'k1', 'unsubscribe', 46_656)).toBe(mailed)
    expect(verifyMailToken(old, 'unsubscribe', mailed)).toBe(46_656)
  })

  it('goes on working after a rotation, until its key is retired', () => {
    const token = signMailToken(old, 'k1', 'reply', 5)
    expect(verifyMailToken(rotated, 'reply', token)).toBe(5)
    expect(verifyMailToken(signingKeysOf(new Map([['k2', secret(2)]])), 'reply', token)).toBeUndefined()
    expect(() => signMailToken(old, 'k2', 'reply', 5)).toThrow('retired')
  })

  it('is refused when any character of it is another, or is missing, or is one too many', () => {
    const token = signMailToken(old, 'k1', 'reply', 46_656)
    for (let index = 0; index < token.length; index++) {
      for (const other of ['a', 'b', '1', '-', '', 'aa', 'ſ']) {
        const changed = token.slice(0, index) + other + token.slice(index + 1)
        if (changed !== token) expect(verifyMailToken(rotated, 'reply', changed)).toBeUndefined()
      }
    }
    expect(verifyMailToken(old, 'reply', signToken(old, 'k1', 'unsubscribe', 5))).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verifyMailToken(old, 'reply', text)).toBeUndefined()
      }),
    )
  })
})
