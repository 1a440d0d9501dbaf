import { PublicError } from '../platform/errors.ts'

export type Address = {
  /** What mail is sent to: as typed, with the domain in lower case and punycode (RFC 5321 §2.4). */
  readonly email: string
  /** Case-folded: what uniqueness, limits and suppression go by, so that they err towards not sending. */
  readonly key: string
}

// Dot-atom local parts (RFC 5322 §3.2.3). Quoted ones are legal, and in practice always a mistake or an attack.
const localPartPattern = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const domainPattern = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/**
 * Reads an address. Limits of RFC 5321 §4.5.3.1: 64 octets before the @, 254 in all. Throws a {@link PublicError} for the
 * field `email` that says what is wrong; the address is not repeated in it.
 */
export function parseAddress(text: string): Address {
  const trimmed = text.trim()
  const at = trimmed.lastIndexOf('@')
  if (at < 1 || at === trimmed.length - 1)
    throw invalid('That is not an email address: it needs a name, an @ and a domain.')
  const local = trimmed.slice(0, at)
  const domain = toAsciiDomain(trimmed.slice(at + 1))
  if (/[^\x20-\x7e]/.test(local)) {
    throw invalid('Letters beyond A to Z before the @ cannot be mailed to yet. Please use another address.')
  }
  if (local.length > 64) throw invalid('The part before the @ is too long: at most 64 characters.')
  if (!localPartPattern.test(local)) throw invalid('The part before the @ has a character that does not belong there.')
  if (!domain || !domainPattern.test(domain)) throw invalid('The part after the @ is not a domain, like example.com.')
  const email = `${local}@${domain}`
  if (email.length > 254) throw invalid('That address is too long: at most 254 characters.')
  return { email, key: email.toLowerCase() }
}

function toAsciiDomain(domain: string): string | undefined {
  if (/[\s/:@?#\\[\]%]/.test(domain)) return undefined
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    return undefined
  }
}

const invalid = (message: string) => new PublicError('invalid_input', message, { fields: { email: message } })
