// The sandbox behind a socket of @hono/node-server.
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Hono } from 'hono'
import { ConnectionReset } from './connection-reset.ts'

/** The sandbox's `fetch` for @hono/node-server: where it rejects with a {@link ConnectionReset}, the socket is reset. */
export function cutConnections(fetch: Hono['fetch']) {
  return async (request: Request, env: unknown): Promise<Response> => {
    try {
      return await fetch(request, env as object)
    } catch (error) {
      if (!(error instanceof ConnectionReset)) throw error
      ;(env as HttpBindings).incoming.socket.resetAndDestroy()
      return RESPONSE_ALREADY_SENT
    }
  }
}
