/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'

export type WebOptions = {
  /** Work that goes on after the response: `waitUntil` at the edge, a drained set on Node. */
  readonly background: (work: Promise<unknown>) => void
}

/** The whole public face, for any runtime with fetch. */
export function createApp(_context: Context, _options: WebOptions): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok'))
  return app
}
