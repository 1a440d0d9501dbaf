// What fetching a stranger's address has in common on Node and at the edge: redirects, limits, and how failures are told.
import { type FetchUrl, FetchUrlError, type FetchUrlOptions, type FetchUrlResult } from './fetch-url.ts'
import { mayBePublicHost } from './public-address.ts'

export type FetchLimits = {
  readonly connectTimeoutMs: number
  /** From the first request to the last byte, redirects included. */
  readonly totalTimeoutMs: number
  /** Of the decompressed body. */
  readonly maximumBytes: number
  readonly maximumRedirects: number
}

export const defaultFetchLimits: FetchLimits = {
  connectTimeoutMs: 10_000,
  totalTimeoutMs: 30_000,
  maximumBytes: 10_000_000,
  maximumRedirects: 5,
}

/** What is used of a `ReadableStream`, of which each runtime has its own type. */
type ByteStream = {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(): Promise<void>
  }
  cancel(): Promise<void>
}

/** One request, redirects not followed. What it throws is told by `describe` below. */
export type GetOnce = (
  url: URL,
  init: { readonly headers: Record<string, string>; readonly signal: AbortSignal; readonly allowPrivate: boolean },
) => Promise<{
  readonly status: number
  readonly headers: Headers
  readonly body: ByteStream | null
}>

const userAgent = 'Newsmatro/0.1 (+https://newsmatro.example)'
const accept =
  'application/rss+xml, application/atom+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5'
const redirects = new Set([301, 302, 303, 307, 308])
const permanentRedirects = new Set([301, 308])

/** Makes a {@link FetchUrl} of a way to make one request. `describe` puts a thrown error into an operator's words. */
export function fetchWithinLimits(
  getOnce: GetOnce,
  limits: FetchLimits,
  describe: (error: unknown, host: string) => string,
): FetchUrl {
  return async (url, options) => {
    const timeout = AbortSignal.timeout(limits.totalTimeoutMs)
    const signal = AbortSignal.any([options.signal, timeout])
    const hop = { url: checkUrl(url, undefined, options.allowPrivate) }
    try {
      return await follow(hop, getOnce, limits, { ...options, signal })
    } catch (error) {
      if (error instanceof FetchUrlError) throw error
      if (options.signal.aborted) throw new FetchUrlError('It was stopped before the answer came; it is tried again.')
      if (timeout.aborted) {
        throw new FetchUrlError(
          `${hop.url.hostname} did not answer in full within ${limits.totalTimeoutMs / 1000} seconds: it may be overloaded; it is tried again later.`,
        )
      }
      throw new FetchUrlError(describe(error, hop.url.hostname), { cause: error })
    }
  }
}

async function follow(
  hop: { url: URL },
  getOnce: GetOnce,
  limits: FetchLimits,
  options: FetchUrlOptions,
): Promise<FetchUrlResult> {
  const visited = new Set<string>()
  let movedTo: string | null = null
  let onlyPermanent = true
  for (;;) {
    visited.add(hop.url.href)
    const response = await getOnce(hop.url, {
      headers: { 'user-agent': userAgent, accept, ...options.headers },
      signal: options.signal,
      allowPrivate: options.allowPrivate,
    })
    const location = redirects.has(response.status) ? response.headers.get('location') : null
    if (location === null) {
      const body = await readBody(response.body, limits.maximumBytes)
      return { status: response.status, headers: response.headers, body, finalUrl: hop.url.href, movedTo }
    }
    await response.body?.cancel()
    const next = checkUrl(location, hop.url, options.allowPrivate)
    if (visited.has(next.href)) {
      throw new FetchUrlError(`${next.hostname} redirects in a circle: the publisher has to mend it.`)
    }
    if (visited.size > limits.maximumRedirects) {
      throw new FetchUrlError(
        `It redirects more than ${limits.maximumRedirects} times: use the address at which the redirects end.`,
      )
    }
    onlyPermanent &&= permanentRedirects.has(response.status)
    if (onlyPermanent) movedTo = next.href
    hop.url = next
  }
}

function checkUrl(address: string, base: URL | undefined, allowPrivate: boolean): URL {
  const what = base ? `${base.hostname} redirects to an address that` : 'The address'
  if (!URL.canParse(address, base?.href)) {
    throw new FetchUrlError(`${what} is not valid: write it like https://example.com/feed.xml.`)
  }
  const url = new URL(address, base)
  url.hash = ''
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FetchUrlError(`${what} does not start with http:// or https://: nothing else is fetched.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new FetchUrlError(`${what} holds a user name or a password: use an address without them.`)
  }
  if (!allowPrivate && !mayBePublicHost(url.hostname)) throw privateAddress(url.hostname)
  return url
}

/** The refusal of an address on this machine or on a private network. */
export function privateAddress(host: string): FetchUrlError {
  return new FetchUrlError(
    `${host} is not a public address: it lies on this machine or on a private network. Set ALLOW_PRIVATE_FEEDS=true if that is meant.`,
  )
}

async function readBody(body: ByteStream | null, maximumBytes: number): Promise<Uint8Array> {
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || !value) break
    length += value.length
    if (length > maximumBytes) {
      await reader.cancel()
      throw new FetchUrlError(
        `The answer is larger than ${maximumBytes / 1_000_000} MB: ask the publisher for a feed with fewer or shorter items.`,
      )
    }
    chunks.push(value)
  }
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}
