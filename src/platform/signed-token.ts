// Tokens in links: what they are for, whom they are for, and a signature. Nothing is stored, nothing expires.
import { toBase64Url, utf8 } from './encoding.ts'
import type { SigningKeys } from './signing-keys.ts'

export type TokenPurpose = 'unsubscribe' | 'preferences'

const tokenPattern = /^([A-Za-z0-9-]{1,16})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/
const imported = new WeakMap<Uint8Array, Promise<CryptoKey>>()

/**
 * Signs `keyId.id.signature` for one purpose: an unsubscribe token opens no preferences. HMAC-SHA-256, 256 bits.
 * Throws when the key was retired.
 */
export async function signToken(keys: SigningKeys, keyId: string, purpose: TokenPurpose, id: number): Promise<string> {
  const secret = keys.get(keyId)
  if (!secret) throw new Error(`signing key ${keyId} was retired`)
  return `${keyId}.${id}.${toBase64Url(await mac(secret, `link v1 ${purpose} ${keyId} ${id}`))}`
}

/** The id that a token was signed for, or undefined when the token is not genuine or its key was retired. Constant time. */
export async function verifyToken(
  keys: SigningKeys,
  purpose: TokenPurpose,
  token: string,
): Promise<number | undefined> {
  const [, keyId, digits, signature] = tokenPattern.exec(token) ?? []
  if (!keyId || !digits || !signature) return undefined
  const secret = keys.get(keyId)
  const bytes = fromBase64Url(signature)
  if (!secret || !bytes) return undefined
  const genuine = await crypto.subtle.verify(
    'HMAC',
    await keyOf(secret),
    bytes,
    utf8.encode(`link v1 ${purpose} ${keyId} ${digits}`),
  )
  return genuine ? Number(digits) : undefined
}

/**
 * A token that only someone with both the nonce and the key can make. The database holds the nonce and a hash of the
 * token; whoever reads the database alone cannot follow the link.
 */
export async function deriveToken(keys: SigningKeys, keyId: string, nonce: Uint8Array): Promise<string> {
  const secret = keys.get(keyId)
  if (!secret) throw new Error(`signing key ${keyId} was retired`)
  return toBase64Url(await mac(secret, `confirmation v1 ${toBase64Url(nonce)}`))
}

async function mac(secret: Uint8Array, text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(secret), utf8.encode(text)))
}

function keyOf(secret: Uint8Array): Promise<CryptoKey> {
  let key = imported.get(secret)
  if (!key) {
    key = crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ])
    imported.set(secret, key)
  }
  return key
}

/** 43 characters are exactly 32 bytes; the last character's two spare bits have to be zero, so that a token has one spelling. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  return toBase64Url(bytes) === text ? bytes : undefined
}
