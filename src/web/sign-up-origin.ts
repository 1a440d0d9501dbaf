import type { Context as HonoContext } from 'hono'
import type { Config } from '../platform/config.ts'

/** The origin in EMBED_ORIGINS that a request's page has; undefined where it has another, or none. */
export function embedOriginOf(c: HonoContext, config: Config): string | undefined {
  return config.embedOrigins.find((origin) => origin === c.req.header('origin'))
}

/**
 * Whether a browser sent this from a page that may not sign readers up. There are no cookies to abuse, but a page could have
 * each of its visitors sign somebody up, from as many places as it has visitors. A program names no origin: it has one place.
 */
export function isFromElsewhere(c: HonoContext, config: Config): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site === 'same-origin' || site === 'none' || embedOriginOf(c, config) !== undefined) return false
  const origin = c.req.header('origin')
  // Older browsers hide the origin of a page that sends no referrer, and name no site.
  if (origin === undefined || (origin === 'null' && site === undefined)) return site !== undefined
  // Behind a proxy the request may look like plain http to another port.
  return origin !== config.publicUrl && !(URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host)
}
