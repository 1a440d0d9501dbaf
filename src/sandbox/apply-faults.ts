// Makes the faults of a plan happen to the requests that send mail.
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { ApiError } from './api-error.ts'
import type { ApiEnv } from './authenticate.ts'
import { ConnectionReset } from './connection-reset.ts'
import { between, type RequestFault } from './faults.ts'
import type { Sandbox } from './options.ts'
import { spoilAnswer } from './spoil-answer.ts'
import type { Answer } from './tables.ts'

const slowMs = [500, 20_000] as const
const stormMs = [1_000, 5_000] as const
const quotaMs = [10_000, 120_000] as const

/** What every request meets for a while. */
type Siege = { readonly untilMs: number; readonly refuse: (c: Context, leftMs: number) => never }

/** Goes in front of what accepts mail. Without a plan it does nothing. */
export function applyFaults({ faults, clock, log }: Sandbox) {
  let requests = 0
  let siege: Siege | undefined

  return createMiddleware<ApiEnv>(async (c, next) => {
    if (!faults) return next()
    const number = requests++
    c.set('fateOf', (index) => faults.ofMail(number, index))
    // Whoever hangs up is noticed only when nothing of their request is left to read.
    await c.req.arrayBuffer()
    const leftMs = (siege?.untilMs ?? 0) - clock.elapsedMs()
    if (siege && leftMs > 0) siege.refuse(c, leftMs)

    const fault = faults.ofRequest(number)
    if (fault) log?.info('sandbox_fault', { request: number, kind: fault.kind })
    switch (fault?.kind) {
      case undefined:
        return next()
      case 'hang_before':
        return hang(c)
      case 'reset_before':
        throw new ConnectionReset()
      case 'error_before':
        return failure(fault.extent)
      case 'unavailable':
        throw new ApiError('service_unavailable', 'The service is unavailable. Try again later.')
      case 'rate_limit_storm':
      case 'quota_spent': {
        const ms = between(fault.kind === 'quota_spent' ? quotaMs : stormMs, fault.extent)
        siege = { untilMs: clock.elapsedMs() + ms, refuse: refusalOf(fault) }
        return siege.refuse(c, ms)
      }
      case 'hang_after':
        await next()
        return hang(c)
      case 'reset_after':
        await next()
        throw new ConnectionReset()
      case 'error_after':
        await next()
        c.res = failure(fault.extent)
        return
      case 'slow':
        await next()
        await clock.sleep(between(slowMs, fault.extent), c.req.raw.signal)
        if (c.req.raw.signal.aborted) throw new ConnectionReset()
        return
      case 'truncated_json':
      case 'wrong_shape':
      case 'wrong_count': {
        await next()
        if (!c.res.ok) return
        const answer = (await c.res.json()) as Answer
        c.res = c.body(spoilAnswer(answer, fault.kind, fault.extent), 200, { 'content-type': 'application/json' })
      }
    }
  })
}

/** Never answers: ends when the client has gone. */
async function hang(c: Context): Promise<never> {
  const { signal } = c.req.raw
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  throw new ConnectionReset()
}

function refusalOf({ kind, extent }: RequestFault): Siege['refuse'] {
  if (kind === 'quota_spent') {
    const period = extent < 0.5 ? 'daily' : 'monthly'
    return () => {
      throw new ApiError(`${period}_quota_exceeded`, `You have reached your ${period} email sending quota.`)
    }
  }
  return (c, leftMs) => {
    c.header('ratelimit-remaining', '0')
    c.header('retry-after', String(Math.ceil(leftMs / 1_000)))
    throw new ApiError(
      'rate_limit_exceeded',
      'Too many requests. See rate limit response headers for more information.',
    )
  }
}

/** Resend's own words, or those of a server in front of it. */
function failure(extent: number): Response {
  if (extent < 1 / 3) {
    return Response.json(new ApiError('application_error', 'An unexpected error occurred.').toJSON(), { status: 500 })
  }
  if (extent < 2 / 3) return Response.json({ message: 'Internal server error' }, { status: 502 })
  return new Response('<html><body>502 Bad Gateway</body></html>', {
    status: 502,
    headers: { 'content-type': 'text/html' },
  })
}
