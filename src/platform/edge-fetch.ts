import type { FetchUrl } from './fetch-url.ts'
import { defaultFetchLimits, type FetchLimits, fetchWithinLimits } from './fetch-within-limits.ts'

/**
 * The edge's {@link FetchUrl}, on the runtime's own fetch. Names are resolved outside the worker, where no private
 * network can be reached, so only the spelling of an address is checked; connecting counts towards the total time.
 */
export function createEdgeFetch(limits: Partial<FetchLimits> = {}): FetchUrl {
  return fetchWithinLimits(
    (url, { headers, signal }) => fetch(url.href, { headers, signal, redirect: 'manual' }),
    { ...defaultFetchLimits, ...limits },
    (_error, host) => `${host} could not be fetched: check that the address opens in a browser.`,
  )
}
