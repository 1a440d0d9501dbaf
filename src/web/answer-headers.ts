// The headers of every answer. As `Headers`, which check and sort each of them, they took a third of a page's time: a page has
// them written out once, as a plain object.
import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Branding, iconOrigins, logoOrigins } from '../platform/branding.ts'
import { embedScriptPath } from './embed-script.ts'
import { turnstileOrigin } from './turnstile.ts'

declare module 'hono' {
  interface ContextVariableMap {
    readonly requestId: string
    readonly answerHeaders: Readonly<Record<string, string>>
  }
}

const complete = new WeakSet<Response>()

/** Gives every answer the headers below. Comes after what gives a request its id. */
export function answerHeaders(options: {
  readonly publicUrl: string
  readonly hasTurnstile: boolean
  readonly branding: Branding
}): MiddlewareHandler {
  const isHttps = options.publicUrl.startsWith('https:')
  const pictures = [...new Set([...logoOrigins(options.branding), ...iconOrigins(options.branding)])].join(' ')
  const usual = headersOf({ isHttps, pictures })
  const challenging = headersOf({ isHttps, pictures, others: turnstileOrigin })
  const embedded = headersOf({ isHttps, pictures, readers: 'cross-origin' })
  // Pictures of stories are where their publishers have them. A trial's may be on this machine.
  const pictured = headersOf({ isHttps, pictures: isHttps ? 'https:' : 'https: http:' })
  const headersFor = (path: string) => {
    if (path === embedScriptPath) return embedded
    if (path.startsWith('/archive/')) return pictured
    return options.hasTurnstile && (path === '/' || path === '/subscribe') ? challenging : usual
  }
  return async (c, next) => {
    const headers = headersFor(c.req.path)
    c.set('answerHeaders', headers)
    await next()
    if (complete.has(c.res)) return
    const present = c.res.headers
    if (!present.has('cache-control')) present.set('cache-control', 'no-store')
    present.set('x-request-id', c.get('requestId'))
    for (const [name, value] of Object.entries(headers)) present.set(name, value)
  }
}

/** An answer that has them all. */
export function answer(
  c: HonoContext,
  body: string,
  status: ContentfulStatusCode,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...c.get('answerHeaders'), 'x-request-id': c.get('requestId'), ...headers }
  const response = new Response(body, { status, headers: all })
  complete.add(response)
  return response
}

type Kind = {
  readonly isHttps: boolean
  /** Whose scripts and frames are let in besides our own. */
  readonly others?: string
  /** From where pictures are let in besides our own. */
  readonly pictures: string
  /** Whose pages may load what is answered. */
  readonly readers?: 'same-origin' | 'cross-origin'
}

function headersOf({ isHttps, others, pictures, readers = 'same-origin' }: Kind): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `script-src 'self'${others ? ` ${others}` : ''}`,
    `frame-src ${others ?? "'none'"}`,
    "worker-src 'self'",
    `img-src 'self'${pictures ? ` ${pictures}` : ''}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': readers,
    'origin-agent-cluster': '?1',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    ...(isHttps && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
