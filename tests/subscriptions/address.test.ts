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

  it('has a reason of its own for letters that cannot be mailed to, however they are composed', () => {
    for (const local of ['b\u00fcro', 'bu\u0308ro', '\u7528\u6237']) {
      expect(() => parseAddress(`${local}@example.com`)).toThrow('Letters beyond A to Z before the @')
    }
  })

  it('may have 254 octets, as they are sent, and no more', () => {
    const withDomain = (octets: number) => {
      const rest = octets - 'a@'.length - '.com'.length
      const labels = [62, 62, 62].map((length, index) => String.fromCharCode(98 + index).repeat(length))
      return `a@${labels.join('.')}.${'e'.repeat(rest - 189)}.com`
    }
    expect(parseAddress(withDomain(254)).email).toHaveLength(254)
    expect(() => parseAddress(withDomain(255))).toThrow()
    // 60 letters of two octets are 67 in punycode
    expect(() => parseAddress(`a@${'ü'.repeat(60)}.com`)).toThrow('not a domain')
  })

  it('keeps the name as typed, and is known whatever its case and the spelling of its domain', () => {
    const label = fc.stringMatching(/^[a-zäöüßéñøłあ漢字]{1,12}$/)
    const local = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[A-Za-z0-9_-]{1,20}){0,2}$/)
    fc.assert(
      fc.property(local, label, (name, domain) => {
        const address = parseAddress(`${name}@${domain}.example`)
        expect(address.email.slice(0, address.email.lastIndexOf('@'))).toBe(name)
        expect(parseAddress(address.email)).toEqual(address)
        for (const spelling of [
          domain.normalize('NFD'),
          [...domain].map((letter) => (letter === 'ß' ? letter : letter.toUpperCase())).join(''),
        ]) {
          expect(parseAddress(`${name.toUpperCase()}@${spelling}.EXAMPLE`).key).toBe(address.key)
        }
      }),
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
