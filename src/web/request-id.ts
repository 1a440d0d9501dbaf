import type { HttpBindings } from '@hono/node-server'
import type { Context as HonoContext, MiddlewareHandler } from 'hono'

/** Of an id that whoever asked brought along, so that it can be found in both logs. Others are replaced. */
const pattern = /^[\w\-=]{1,64}$/

/**
 * Gives each request an id, which its answer and the log name. As Hono's own does, which makes `Headers` of what was asked and of what
 * will be answered to do so: a tenth of a page's time.
 */
export const requestId: MiddlewareHandler = (c, next) => {
  const given = headerOf(c, 'x-request-id')
  c.set('requestId', given !== undefined && pattern.test(given) ? given : crypto.randomUUID())
  return next()
}

/** On Node as Node has read it. */
function headerOf(c: HonoContext, name: string): string | undefined {
  const read = (c.env as Partial<HttpBindings> | undefined)?.incoming?.headers
  const value = read ? read[name] : c.req.header(name)
  return typeof value === 'string' ? value : undefined
}
