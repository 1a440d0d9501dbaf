import type { Context as HonoContext } from 'hono'

/** What the runtime does for the pages. */
export type WebOptions = {
  /** Work that goes on after the response: `waitUntil` at the edge, a drained set on Node. */
  readonly background: (work: Promise<unknown>) => void
  /** The address a request came from, as this runtime knows it. */
  readonly clientAddress: (c: HonoContext) => string | null
  /** How others are asked. Unset: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch
  /** After how many milliseconds a request is answered at the latest. Unset: 20 s. */
  readonly timeLimitMs?: number
}
