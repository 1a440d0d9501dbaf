import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/platform/config.ts'
import { senderOf } from '../../src/platform/sender.ts'
import { addressOf } from '../../src/sandbox/mailbox.ts'

const address = 'digest@example.com'
const sender = (mailFrom: string, name: string, isFirst: boolean) =>
  senderOf({ ...readConfig({}), mailFrom, senderAddress: address }, { name, isFirst })

it.each([
  ['Daily News <digest@example.com>', true, 'Daily News <digest@example.com>'],
  ['Daily News <digest@example.com>', false, 'The Evening <digest@example.com>'],
  [address, true, 'The Evening <digest@example.com>'],
  [' <digest@example.com>', true, 'The Evening <digest@example.com>'],
])('of %j, for the first newsletter (%s), is %j', (mailFrom, isFirst, expected) => {
  expect(sender(mailFrom, 'The Evening', isFirst)).toBe(expected)
})

it.each([
  ['L’Écho du soir', 'L’Écho du soir'],
  ['بريد الصباح', 'بريد الصباح'],
  ["Rock'n'Roll & more!", "Rock'n'Roll & more!"],
  ['St. Gallen', '"St. Gallen"'],
  ['Abend, Küste', '"Abend, Küste"'],
  ['News (beta): @home; [1]', '"News (beta): @home; [1]"'],
  ['The "Daily" News', "The 'Daily' News"],
  ['a\\b <x@evil.example>', '"a/b ‹x@evil.example›"'],
  ['One\r\nBcc: x', '"One Bcc: x"'],
  ['A\u0000B\u202eC', 'ABC'],
])('writes the name %j as %s', (name, phrase) => {
  expect(sender(address, name, false)).toBe(`${phrase} <${address}>`)
})

it('is one line with one address, whatever a newsletter is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
      const mailbox = sender(address, `A${name}`, false)
      expect(addressOf(mailbox)).toBe(address)
      expect(mailbox).not.toMatch(/\p{Cc}/u)
      expect(mailbox).toMatch(/^(?:"[^"\\]*"|[^"(),.:;<>@[\]\\]*) <digest@example\.com>$/)
    }),
  )
})
