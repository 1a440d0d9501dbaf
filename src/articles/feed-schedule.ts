const minuteMs = 60_000
export const regularIntervalMs = 15 * minuteMs
export const longestIntervalMs = 24 * 60 * minuteMs

/** When a feed that failed is read again, in ms: 15 minutes, doubled for each failure before, with up to a tenth of jitter, at most a day. */
export function backoffMs(earlierFailures: number, randomByte: number): number {
  const doubled = regularIntervalMs * 2 ** Math.min(earlierFailures, 10)
  return Math.min(Math.round(doubled * (1 + randomByte / 2560)), longestIntervalMs)
}

/** What a `Retry-After` header asks for (RFC 9110 section 10.2.3), in ms, between the regular interval and a day; null if it asks for nothing. */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null) return null
  const text = header.trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, regularIntervalMs), longestIntervalMs)
}
