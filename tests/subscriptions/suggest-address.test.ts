import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/subscriptions/address.ts'
import { refuseDisposable } from '../../src/subscriptions/disposable-domains.ts'
import { editDistance, suggestAddress } from '../../src/subscriptions/suggest-address.ts'

const suggestion = (domain: string) => suggestAddress(parseAddress(`Ada.L@${domain}`))

describe('a suggestion', () => {
  it.each([
    ['gmial.com', 'gmail.com'],
    ['gnail.com', 'gmail.com'],
    ['hotnail.com', 'hotmail.com'],
    ['gamil.con', 'gmail.com'],
    ['gmail.co', 'gmail.com'],
    ['outlok.com', 'outlook.com'],
    ['hotnail.co.uk', 'hotmail.co.uk'],
    ['yahoo.cmo', 'yahoo.com'],
    ['comcast.nte', 'comcast.net'],
    ['aol.con', 'aol.com'],
    ['email.con', 'email.com'],
  ])('for %s is %s, and the name stays as typed', (typed, meant) => {
    expect(suggestion(typed)).toBe(`Ada.L@${meant}`)
  })

  it.each([
    ...['gmail.com', 'email.com', 'ymail.com', 'mail.com', 'mac.com', 'me.com', 'gmx.de', 'web.de', 'cloud.com'],
    ...[
      'yahoo.dk',
      'hotmail.se',
      'orange.com',
      'example.org',
      'newsmatro.example',
      'gmail.com.example.org',
      'xn--gml-5na.de',
    ],
  ])('is not made for %s, which may well be meant', (domain) => {
    expect(suggestion(domain)).toBeUndefined()
  })

  it('is another address at a domain that needs no suggestion, whatever is typed', () => {
    const label = fc.stringMatching(/^[a-z]{1,10}$/)
    const domain = fc.oneof(
      fc.domain(),
      fc.tuple(label, fc.constantFrom('com', 'con', 'co', 'net')).map((two) => two.join('.')),
    )
    fc.assert(
      fc.property(fc.emailAddress(), domain, (typed, at) => {
        const local = typed.slice(0, typed.lastIndexOf('@'))
        fc.pre(/^[\w.+-]+$/.test(local) && at.includes('.') && /\.[a-z]{2,}$/.test(at))
        const address = parseAddress(`${local}@${at}`)
        const suggested = suggestAddress(address)
        if (suggested === undefined) return
        expect(suggested).not.toBe(address.email)
        expect(suggested.startsWith(`${local}@`)).toBe(true)
        expect(suggestAddress(parseAddress(suggested))).toBeUndefined()
      }),
    )
  })

  it('undoes any one slip in gmail, unless that is a domain of its own', () => {
    const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz')
    const slip = fc.oneof(
      fc.tuple(fc.nat(4), letter).map(([at, one]) => `gmail`.slice(0, at) + one + `gmail`.slice(at + 1)),
      fc.tuple(fc.nat(5), letter).map(([at, one]) => `gmail`.slice(0, at) + one + `gmail`.slice(at)),
      fc.nat(4).map((at) => `gmail`.slice(0, at) + `gmail`.slice(at + 1)),
      fc.nat(3).map((at) => `gmail`.slice(0, at) + `gmail`[at + 1] + `gmail`[at] + `gmail`.slice(at + 2)),
    )
    const real = ['gmail', 'mail', 'email', 'ymail', 'jmail']
    fc.assert(
      fc.property(slip, (name) => {
        expect(suggestion(`${name}.com`)).toBe(real.includes(name) ? undefined : 'Ada.L@gmail.com')
      }),
    )
  })
})

it('the edit distance is one for one slip, the same both ways, and nothing for the same', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
  expect(editDistance('gmial', 'gmail')).toBe(1)
  expect(editDistance('gmil', 'gmail')).toBe(1)
})

describe('a throw-away mailbox', () => {
  it.each(['ada@mailinator.com', 'ada@YOPMAIL.com', 'ada@post.mailinator.com'])(
    '%s is refused with a reason',
    (text) => {
      expect(() => refuseDisposable(parseAddress(text))).toThrow(
        expect.objectContaining({ code: 'invalid_input', fields: { email: expect.stringContaining('throw-away') } }),
      )
    },
  )

  it.each(['ada@gmail.com', 'ada@mozmail.com', 'ada@duck.com', 'ada@notmailinator.example', 'ada@example.co.uk'])(
    '%s is not one, nor is an alias that lasts',
    (text) => {
      expect(() => refuseDisposable(parseAddress(text))).not.toThrow()
    },
  )
})
