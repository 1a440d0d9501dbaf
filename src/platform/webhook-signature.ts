// Whether a webhook is genuine: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
// with Svix's header names, https://docs.svix.com/receiving/verifying-payloads/how-manual. Not with the SDK's `verify`,
// which knows no clock but Date.now, and decodes the body before it compares.
import { utf8 } from './encoding.ts'

export type SignedDelivery = {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
  /** As it came, before anything decoded it. */
  readonly body: Uint8Array
}

const toleranceSeconds = 300
const prefix = 'whsec_'

/** Why a delivery is not to be believed, or undefined when it is. Any of the secrets may have signed it: they rotate. */
export async function findForgery(
  delivery: SignedDelivery,
  secrets: readonly string[],
  now: Date,
): Promise<string | undefined> {
  const { id, timestamp, signature, body } = delivery
  if (!id || !signature || !timestamp || !/^\d{1,11}$/.test(timestamp)) return 'The signature is missing.'
  const head = utf8.encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  const candidates = signature.split(' ').flatMap((entry) => decode(/^v1,(.+)$/.exec(entry)?.[1]) ?? [])
  if (!(await isSignedByAny(secrets, candidates, signed))) return 'The signature is not that of a known secret.'
  const ageSeconds = Math.floor(now.getTime() / 1000) - Number(timestamp)
  return Math.abs(ageSeconds) > toleranceSeconds ? 'The timestamp is more than five minutes off.' : undefined
}

/** The key within `whsec_…`; undefined when it is not base64 of 24 to 64 bytes, as the specification wants. */
export function webhookKeyOf(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const key = secret.startsWith(prefix) ? decode(secret.slice(prefix.length)) : undefined
  return key && key.length >= 24 && key.length <= 64 ? key : undefined
}

async function isSignedByAny(
  secrets: readonly string[],
  signatures: readonly Uint8Array<ArrayBuffer>[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets) {
    const bytes = webhookKeyOf(secret)
    if (!bytes) continue
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    // WebCrypto's verify compares in constant time.
    for (const one of signatures) if (await crypto.subtle.verify('HMAC', key, one, signed)) return true
  }
  return false
}

function decode(base64: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
