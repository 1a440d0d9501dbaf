// Whom a newsletter's mails are from.
import type { Config } from './config.ts'
import { cleanText } from './text.ts'

/**
 * A mailbox (RFC 5322 §3.4) with the address of `MAIL_FROM`: under the name that stands there for the newsletter that was added
 * first, under its own for any other and where none stands there. What is no ASCII the provider encodes.
 */
export function senderOf(
  { mailFrom, senderAddress }: Pick<Config, 'mailFrom' | 'senderAddress'>,
  { name, isFirst }: { readonly name: string; readonly isFirst: boolean },
): string {
  return isFirst && nameIn(mailFrom) !== '' ? mailFrom : `${displayName(name)} <${senderAddress}>`
}

/** The name in `MAIL_FROM`; empty where there is none. */
export const nameIn = (mailFrom: string): string =>
  mailFrom.includes('<') ? (mailFrom.split('<')[0] ?? '').trim() : ''

/** What would have to be escaped within quotes, or looks like an address to who does not read them, and what says the same. */
const lookalikes: Readonly<Record<string, string>> = { '"': "'", '\\': '/', '<': '‹', '>': '›' }

/** A phrase of RFC 5322 §3.2.5: as it is where it is words of `atext` (or of what is no ASCII, RFC 6532 §3.2), else in quotes. */
function displayName(name: string): string {
  const text = cleanText(name).replace(/["\\<>]/g, (character) => lookalikes[character] ?? '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is named as a whole.
  return /^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]|[^\x00-\x7f])+$/.test(text) ? text : `"${text}"`
}
