// ASCII only: Resend takes neither SMTPUTF8 addresses nor domains that are not in punycode.
const addressPattern =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,20}[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const namePattern = /^(?:"[^"<>\x00-\x1f\x7f]*"|[^"<>\x00-\x1f\x7f]*)$/
const maximumAddressLength = 254

/** The bare address, in lower case, of `email@example.com` or `Name <email@example.com>`; undefined when it is neither. */
export function addressOf(mailbox: string): string | undefined {
  const text = mailbox.trim()
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1
  const address = open < 0 ? text : text.slice(open + 1, -1)
  if (open > 0 && !namePattern.test(text.slice(0, open).trim())) return undefined
  if (address.length > maximumAddressLength || !addressPattern.test(address)) return undefined
  const local = address.slice(0, address.indexOf('@'))
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return undefined
  return address.toLowerCase()
}
