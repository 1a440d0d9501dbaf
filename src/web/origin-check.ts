import type { Context as HonoContext, MiddlewareHandler } from 'hono'

/**
 * Machines post there, from anywhere: mailboxes by RFC 8058, and Resend. What counts is the token, or the signature. Signing
 * up asks by itself (sign-up-origin.ts), as it takes forms of some other sites, and offers its own to the rest.
 */
const openPaths = /^\/(?:(?:unsubscribe|webhooks)\/|subscribe$)/

export type OriginCheck = {
  readonly publicUrl: string
  readonly refuse: (c: HonoContext) => Response | Promise<Response>
}

/**
 * For methods that may change something. Refuses what another site's page has a visitor's browser send. There are no cookies that it could abuse, and it knows no token:
 * this is the second lock. A program sends neither header, and may.
 *
 * A browser says where a request comes from with `Sec-Fetch-Site`. One too old for that says it with `Origin`, and for our
 * own forms `null`, as our pages are `no-referrer` (Fetch, "append a request `Origin` header"), so that has to pass.
 */
export function originCheck({ publicUrl, refuse }: OriginCheck): MiddlewareHandler {
  return async (c, next) => {
    if (openPaths.test(c.req.path)) return next()
    const origin = c.req.header('origin')
    const site = c.req.header('sec-fetch-site')
    const isOurs =
      site === undefined
        ? origin === undefined || origin === 'null' || origin === publicUrl || origin === new URL(c.req.url).origin
        : site === 'same-origin' || site === 'none'
    return isOurs ? next() : refuse(c)
  }
}
