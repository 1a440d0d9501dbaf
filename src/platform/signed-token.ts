// Tokens in links: what they are for, whom they are for, and a signature. Nothing is stored, nothing expires.
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { toBase64Url } from './encoding.ts'
import type { SigningKeys } from './signing-keys.ts'

export type TokenPurpose =
  | 'unsubscribe'
  | 'preferences'
  /** Takes back the unsubscribing of that time (milliseconds), and no other. */
  | `undo ${number}`

const made = new WeakMap<Uint8Array, KeyObject>()
const tokenPattern = /^([A-Za-z0-9-]{1,16})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/

/**
 * Signs `keyId.id.signature` for one purpose: an unsubscribe token opens no preferences. HMAC-SHA-256, 256 bits.
 * Throws when the key was retired.
 */
export function signToken(keys: SigningKeys, keyId: string, purpose: TokenPurpose, id: number): string {
  return `${keyId}.${id}.${mac(secretOf(keys, keyId), `link v1 ${purpose} ${keyId} ${id}`).toString('base64url')}`
}

/** The id that a token was signed for, or undefined when the token is not genuine or its key was retired. Constant time. */
export function verifyToken(keys: SigningKeys, purpose: TokenPurpose, token: string): number | undefined {
  const [, keyId, digits, signature] = tokenPattern.exec(token) ?? []
  if (!keyId || !digits || !signature) return undefined
  const secret = keys.get(keyId)
  const bytes = fromBase64Url(signature)
  if (!secret || !bytes) return undefined
  const genuine = timingSafeEqual(bytes, mac(secret, `link v1 ${purpose} ${keyId} ${digits}`))
  return genuine ? Number(digits) : undefined
}

/**
 * A token that only someone with both the nonce and the key can make. The database holds the nonce and a hash of the
 * token; whoever reads the database alone cannot follow the link.
 */
export function deriveToken(keys: SigningKeys, keyId: string, nonce: Uint8Array): string {
  return mac(secretOf(keys, keyId), `confirmation v1 ${toBase64Url(nonce)}`).toString('base64url')
}

/**
 * What something is known again by that must not be kept itself: only someone with the key can tell what it was, or try what
 * it might be. Throws when the key was retired.
 */
export function keyedHash(
  keys: SigningKeys,
  keyId: string,
  purpose: 'sign-up' | 'address',
  text: string,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(mac(secretOf(keys, keyId), `${purpose} v1 ${text}`))
}

/** Throws when the key was retired. */
export function secretOf(keys: SigningKeys, keyId: string): Uint8Array {
  const secret = keys.get(keyId)
  if (!secret) throw new Error(`signing key ${keyId} was retired`)
  return secret
}

/** Not WebCrypto: its every signature goes to another thread and back, which costs ten times the signature. */
export function mac(secret: Uint8Array, text: string): Buffer {
  return createHmac('sha256', keyOf(secret)).update(text).digest()
}

/** Given the bytes, Node makes a key of them each time. */
function keyOf(secret: Uint8Array): KeyObject {
  let key = made.get(secret)
  if (!key) {
    key = createSecretKey(secret)
    made.set(secret, key)
  }
  return key
}

/** 43 characters are exactly 32 bytes; the last character's two spare bits have to be zero, so that a token has one spelling. */
function fromBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
