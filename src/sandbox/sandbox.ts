import { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { createApi } from './api.ts'
import { ApiError } from './api-error.ts'
import { ConnectionReset } from './connection-reset.ts'
import { deliverWebhooks } from './deliver-webhooks.ts'
import { createDomains } from './domains.ts'
import { planFaults } from './faults.ts'
import { createInbox } from './inbox.tsx'
import { loopbackOnly } from './loopback-only.ts'
import type { Sandbox, SandboxOptions } from './options.ts'
import { failurePage, notFoundPage } from './pages/status-pages.tsx'
import { sandboxTables } from './tables.ts'
import { createWriting } from './writing.tsx'

export { ConnectionReset } from './connection-reset.ts'
export { deliverWebhooks, type WebhookEndpoint } from './deliver-webhooks.ts'
export { type FaultKind, type FaultOptions, faultKinds } from './faults.ts'
export type { SandboxOptions } from './options.ts'
export { prepareSandbox } from './prepare-sandbox.ts'

/** What the sandbox's own pages may do. A mail's HTML has a stricter policy of its own. */
const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * A look-alike of Resend: its API below `/emails` and `/domains`, and an inbox that shows every mail at `/`; at `/write` a mail to the service is written. Nothing leaves the machine.
 * It keeps everything in the schema `sandbox` of its database, so it goes on where it stopped.
 *
 * Serve it on a loopback address only: whoever reaches it reads every mail, with the confirmation links in them.
 */
export function createSandbox(options: SandboxOptions): Hono {
  const sandbox: Sandbox = {
    db: sandboxTables(options.db),
    clock: options.clock,
    random: options.random,
    apiKeys: options.apiKeys,
    requestsPerSecond: options.requestsPerSecond ?? 10,
    quotas: { daily: options.dailyQuota, monthly: options.monthlyQuota },
    keepAtMost: options.keepAtMost ?? 100_000,
    domains: options.domains,
    faults: options.faults && planFaults(options.faults),
    log: options.log,
    afterAccepting: () => postEvents(options),
  }

  const app = new Hono()
  app.use(loopbackOnly(options.publicUrl))
  app.use(secureHeaders({ strictTransportSecurity: false }))
  app.use(async (c, next) => {
    c.header('content-security-policy', pagePolicy)
    await next()
  })
  app.route('/emails', createApi(sandbox))
  app.route('/domains', createDomains(sandbox))
  app.route('/', createWriting(sandbox))
  app.route('/', createInbox(sandbox))
  app.notFound((c) =>
    isApiRequest(c.req)
      ? c.json(new ApiError('not_found', 'The requested endpoint does not exist').toJSON(), 404)
      : c.html(notFoundPage(), 404),
  )
  app.onError((error, c) => {
    if (error instanceof ConnectionReset) throw error
    if (error instanceof ApiError) return c.json(error.toJSON(), error.status)
    options.log?.error('sandbox_failed', { error: error.name, code: String((error as { code?: unknown }).code ?? '') })
    return isApiRequest(c.req)
      ? c.json(new ApiError('application_error', 'The sandbox failed: its log says more.').toJSON(), 500)
      : c.html(failurePage(), 500)
  })
  return app
}

function postEvents(options: SandboxOptions): void {
  const { db, clock, webhook, log } = options
  if (!webhook) return
  const work = deliverWebhooks({ db, clock, webhook }).catch((error: unknown) => {
    log?.error('sandbox_webhooks_failed', { error: error instanceof Error ? error.name : 'unknown' })
  })
  options.background?.(work)
}

function isApiRequest(request: { method: string; path: string }): boolean {
  return !['GET', 'HEAD'].includes(request.method) || /^\/(?:emails|domains)(?:\/|$)/.test(request.path)
}
