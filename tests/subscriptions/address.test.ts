import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/subscriptions/address.ts'

describe('an address', () => {
  it.each([
    ['Ada.Lovelace@Example.COM', 'Ada.Lovelace@example.com', 'ada.lovelace@example.com'],
    ['  bob+news@mail.example.org ', 'bob+news@mail.example.org', 'bob+news@mail.example.org'],
    ['leser@bücher.example', 'leser@xn--bcher-kva.example', 'leser@xn--bcher-kva.example'],
    ["o'neil@example.ie", "o'neil@example.ie", "o'neil@example.ie"],
  ])('%s is mailed as typed and known case-folded', (text, email, key) => {
    expect(parseAddress(text)).toEqual({ email, key })
  })

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@example',
    'a da@example.com',
    'ada..b@example.com',
    '.ada@example.com',
    'ada@exam ple.com',
    'ada@-example.com',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example.com/path',
    'ada@example.com:25',
    'ada@example.com\r\nbcc: x@example.com',
    'ada\u0000@example.com',
    '"ada b"@example.com',
    'büro@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}.com`,
  ])('%j is refused with a reason', (text) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({ code: 'invalid_input', fields: { email: expect.any(String) } }),
    )
  })

  it('is ASCII, of 254 octets at most and without white space, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
        try {
          const { email, key } = parseAddress(text)
          expect(email).toMatch(/^[\x21-\x7e]{3,254}$/)
          expect(key).toBe(email.toLowerCase())
        } catch (error) {
          expect(error).toMatchObject({ name: 'PublicError' })
        }
      }),
    )
  })
})
