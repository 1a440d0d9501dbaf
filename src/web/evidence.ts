import type { Context as HonoContext } from 'hono'
import type { Evidence } from '../subscriptions/consent.ts'
import type { WebOptions } from './web-options.ts'

/** Where a request came from, to be kept with the consent it gives or takes back. */
export function evidenceOf(c: HonoContext, options: WebOptions, source: Evidence['source']): Evidence {
  return { source, ip: options.clientAddress(c), userAgent: c.req.header('user-agent') ?? null }
}
