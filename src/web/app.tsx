/** @jsxImportSource hono/jsx */

import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { answerHeaders } from './answer-headers.ts'
import { archiveRoutes } from './archive-routes.ts'
import { embedCors } from './embed-cors.ts'
import { embedPageRoute, embedScriptRoute } from './embed-routes.tsx'
import { offlineRoutes } from './offline-routes.ts'
import { originCheck } from './origin-check.ts'
import { privacyRoute } from './privacy-page.tsx'
import { readerRoutes } from './reader-routes.tsx'
import { reply } from './reply.tsx'
import { requestId } from './request-id.ts'
import { iconRoute } from './site-icon.ts'
import { script, stylesFor } from './styles.ts'
import { subscribeRoutes } from './subscribe-routes.tsx'
import { timeLimit } from './time-limit.ts'
import type { WebOptions } from './web-options.ts'
import { webhookRoutes } from './webhook-routes.ts'

const maximumBodyBytes = 64 * 1024
const defaultTimeLimitMs = 20_000
/** Of the others nobody reads a body, and nothing changes, wherever they come from. */
const changing = ['POST', 'PUT', 'PATCH', 'DELETE']

/** The whole public face, for any runtime with fetch. */
export function createApp(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  const { publicUrl, turnstile, branding } = context.config
  app.use(requestId)
  app.use(answerHeaders({ publicUrl, hasTurnstile: turnstile !== undefined, branding }))
  app.use('/subscribe', embedCors(context.config))
  app.use(timeLimit(options.timeLimitMs ?? defaultTimeLimitMs))
  app.on(
    changing,
    '*',
    originCheck({
      publicUrl,
      refuse: (c) =>
        reply(c, context, 403, {
          title: 'That came from another site',
          message: 'A form is taken from our own pages only: open the page here, and send it again.',
        }),
    }),
  )
  // Before the limit for all the others: events may be larger than what a form holds.
  app.route('/', webhookRoutes(context, options))
  const limitBody = bodyLimit({
    maxSize: maximumBodyBytes,
    onError: (c) => reply(c, context, 413, { title: 'That is too much', message: 'A request may hold 64 kB at most.' }),
  })
  app.on(changing, '*', limitBody)

  app.get('/healthz', (c) => c.text('ok'))
  app.get('/readyz', async (c) => {
    try {
      await sql`select 1`.execute(context.db)
      return c.text('ready')
    } catch {
      return c.text('the database does not answer', 503)
    }
  })
  app.get('/app.css', (c) =>
    c.body(stylesFor(branding.look), 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    }),
  )
  app.get('/app.js', (c) =>
    c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600' }),
  )

  app.route('/', subscribeRoutes(context, options))
  app.route('/', archiveRoutes(context))
  app.route('/', privacyRoute(context))
  app.route('/', iconRoute(context))
  app.route('/', offlineRoutes(context))
  app.route('/', embedScriptRoute(context))
  app.route('/', embedPageRoute(context))
  app.route('/', readerRoutes(context, options))

  app.notFound((c) =>
    reply(c, context, 404, {
      title: 'Nothing here',
      message: 'There is no such page. It may have been a link that was cut short.',
    }),
  )
  app.onError((error, c) => {
    if (error instanceof PublicError) {
      return reply(c, context, statusOf[error.code], {
        title: titleOf[error.code],
        message: error.message,
        fields: error.fields,
        retryAfterSeconds: error.retryAfterSeconds,
      })
    }
    const code = 'code' in error ? String(error.code) : null
    const request = c.get('requestId')
    context.log.error('request_failed', {
      request,
      method: c.req.method,
      error: error.message,
      name: error.name,
      code,
    })
    const { contactAddress } = context.config
    return reply(c, context, 500, {
      title: 'Something went wrong here',
      message: `That is our fault, not yours. Please try again in a minute; if it goes on, write to ${contactAddress}, and name ${request}.`,
      said: ({ problems }) => problems.ourFault({ address: contactAddress, id: request }),
    })
  })
  return app
}

const statusOf = {
  invalid_input: 422,
  not_found: 404,
  expired: 410,
  conflict: 409,
  too_many_requests: 429,
  misconfigured: 500,
  unavailable: 503,
} as const

const titleOf = {
  invalid_input: 'Please check what you entered',
  not_found: 'Not found',
  expired: 'This link has expired',
  conflict: 'That cannot be done now',
  too_many_requests: 'Too many tries',
  misconfigured: 'Something went wrong here',
  unavailable: 'Not available at the moment',
} as const
