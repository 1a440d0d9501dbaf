import { PublicError } from './errors.ts'

/** The keys that links are signed with: the newest signs, all of them verify. */
export type SigningKeys = {
  readonly newestId: string
  readonly ids: readonly string[]
  /** The secret with this id, or undefined when it was retired. */
  get(keyId: string): Uint8Array | undefined
}

const keyIdPattern = /^[A-Za-z0-9-]{1,16}$/
const minimumSecretBytes = 32

/**
 * Reads `SIGNING_KEYS`: `kid:base64` entries, newest first, separated by commas or white space.
 * Throws a {@link PublicError} that says which entry is wrong, without repeating it.
 */
export function parseSigningKeys(text: string): SigningKeys {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '')
  const keys = new Map<string, Uint8Array>()
  for (const [index, entry] of entries.entries()) {
    const where = `SIGNING_KEYS, entry ${index + 1}:`
    const [keyId = '', encoded = ''] = entry.split(/:(.*)/s)
    if (!keyIdPattern.test(keyId)) {
      throw misconfigured(
        `${where} a key id is 1 to 16 letters, digits or hyphens, then a colon, then the key in base64.`,
      )
    }
    if (keys.has(keyId)) throw misconfigured(`${where} the key id ${keyId} occurs twice; each key needs its own.`)
    const secret = decodeBase64(encoded)
    if (!secret || secret.length < minimumSecretBytes) {
      throw misconfigured(`${where} the key is not base64 of at least 32 bytes; make one with: openssl rand -base64 32`)
    }
    keys.set(keyId, secret)
  }
  return signingKeysOf(keys)
}

/** Keys in the order given, newest first. */
export function signingKeysOf(keys: ReadonlyMap<string, Uint8Array>): SigningKeys {
  const [newestId] = keys.keys()
  if (newestId === undefined) throw misconfigured('SIGNING_KEYS names no key: set it to kid:base64, or leave it unset.')
  return { newestId, ids: [...keys.keys()], get: (keyId) => keys.get(keyId) }
}

function decodeBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

const misconfigured = (message: string) => new PublicError('misconfigured', message)
