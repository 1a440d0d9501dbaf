// Addresses that readers write to. The part after the + says whom it is for, and is as hard to forge as a link.
import { timingSafeEqual } from 'node:crypto'
import type { Config } from './config.ts'
import { mac, secretOf } from './signed-token.ts'
import type { SigningKeys } from './signing-keys.ts'

/** `reply` and `unsubscribe` name a subscription, `confirm` a confirmation. */
export type MailPurpose = 'reply' | 'unsubscribe' | 'confirm'

// No key id, and of the signature 160 bits: with the longest purpose and the longest id that makes 56 of the 64 octets that
// RFC 5321 §4.5.3.1.1 leaves before the @. RFC 2104 §5 asks for half of the hash at least, 128 bits.
const signatureBytes = 20
const tokenPattern = /^([1-9a-z][0-9a-z]{0,10})-([a-z2-7]{32})$/
const base32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * Signs `id-signature` for one purpose, in letters that may be folded to either case: mail systems do that. Throws when the
 * key was retired.
 */
export function signMailToken(keys: SigningKeys, keyId: string, purpose: MailPurpose, id: number): string {
  return `${id.toString(36)}-${toBase32(signatureOf(secretOf(keys, keyId), purpose, id))}`
}

/** The id that a token was signed for with one of the keys; undefined when it is not genuine. Constant time for each key. */
export function verifyMailToken(keys: SigningKeys, purpose: MailPurpose, token: string): number | undefined {
  const [, digits, signature] = tokenPattern.exec(token.toLowerCase()) ?? []
  const id = Number.parseInt(digits ?? '', 36)
  if (!signature || !Number.isSafeInteger(id)) return undefined
  const given = new TextEncoder().encode(signature)
  const isGenuine = keys.ids.some((keyId) => {
    const secret = keys.get(keyId)
    return secret && timingSafeEqual(given, new TextEncoder().encode(toBase32(signatureOf(secret, purpose, id))))
  })
  return isGenuine ? id : undefined
}

/** Where a reply to a mail goes: to the service where it receives mail, else to the publisher. */
export const replyAddress = (
  { inboundDomain, contactAddress }: Pick<Config, 'inboundDomain' | 'contactAddress'>,
  purpose: MailPurpose,
  token: string,
) => (inboundDomain === undefined ? contactAddress : mailAddress(purpose, token, inboundDomain))

/** `reply+token@domain` */
export const mailAddress = (purpose: MailPurpose, token: string, domain: string) => `${purpose}+${token}@${domain}`

const signatureOf = (secret: Uint8Array, purpose: MailPurpose, id: number) =>
  mac(secret, `mail v1 ${purpose} ${id}`).subarray(0, signatureBytes)

/** RFC 4648 §6 in lower case; 20 bytes need no padding. */
function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    for (count += 8; count >= 5; count -= 5) text += base32[(bits >> (count - 5)) & 31]
    bits &= (1 << count) - 1
  }
  return text
}
