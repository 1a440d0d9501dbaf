// The contract for fetching an address that somebody else chose. Node's side is guarded-fetch.ts, the edge's edge-fetch.ts.

export type FetchUrlOptions = {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Let it reach loopback, link-local and private addresses. */
  readonly allowPrivate: boolean
}

export type FetchUrlResult = {
  readonly status: number
  readonly headers: Headers
  /** Decompressed; at most 10 MB. Empty for a 304. */
  readonly body: Uint8Array
  /** Where the answer came from, after redirects. */
  readonly finalUrl: string
  /** Where the address has moved for good (an unbroken chain of 301 and 308), or null. */
  readonly movedTo: string | null
}

/**
 * Fetches within limits: 10 s to connect, 30 s in all, 10 MB decompressed, 5 redirects, http and https only.
 * Throws {@link FetchUrlError}; any HTTP status is a result, not an error.
 */
export type FetchUrl = (url: string, options: FetchUrlOptions) => Promise<FetchUrlResult>

/** Why an address could not be fetched, in a sentence an operator can act on. */
export class FetchUrlError extends Error {
  override readonly name = 'FetchUrlError'
}
