import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signToken, verifyToken } from '../../src/platform/signed-token.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'

const secret = (byte: number) => new Uint8Array(32).fill(byte)
const old = signingKeysOf(new Map([['k1', secret(1)]]))
const rotated = signingKeysOf(
  new Map([
    ['k2', secret(2)],
    ['k1', secret(1)],
  ]),
)

describe('a token in a link', () => {
  it('opens what it was signed for, and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        const token = signToken(old, 'k1', 'unsubscribe', id)
        expect(verifyToken(old, 'unsubscribe', token)).toBe(id)
        expect(verifyToken(old, 'preferences', token)).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  it('is what it always was: those in mails that were sent stay good', () => {
    const mailed = 'k1.5.qsYF1Hpwv_GxedNrpSBlJdo39_ahvkJsdfOLfGrWp6s' // made with openssl
    expect(signToken(old, 'k1', 'unsubscribe', 5)).toBe(mailed)
    expect(verifyToken(old, 'unsubscribe', mailed)).toBe(5)
  })

  it('goes on working after a rotation, until its key is retired', () => {
    const token = signToken(old, 'k1', 'preferences', 5)
    expect(rotated.newestId).toBe('k2')
    expect(verifyToken(rotated, 'preferences', token)).toBe(5)
    expect(verifyToken(signingKeysOf(new Map([['k2', secret(2)]])), 'preferences', token)).toBeUndefined()
  })

  it('is refused when any character of it is changed', () => {
    const token = signToken(old, 'k1', 'unsubscribe', 123)
    for (let index = 0; index < token.length; index++) {
      for (const character of ['A', 'b', '0', '.', '-', ' ']) {
        if (token[index] === character) continue
        const changed = token.slice(0, index) + character + token.slice(index + 1)
        expect(verifyToken(old, 'unsubscribe', changed), changed).toBeUndefined()
      }
    }
  })

  it('is refused when it is anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verifyToken(old, 'unsubscribe', text)).toBeUndefined()
      }),
    )
  })
})
