import { createMiddleware } from 'hono/factory'
import { ApiError } from './api-error.ts'
import { sha256 } from './bytes.ts'
import type { Fate } from './faults.ts'
import type { Sandbox } from './options.ts'
import { quotaHeaders } from './quota.ts'
import { countRequest } from './request-limit.ts'

export type ApiEnv = {
  Variables: {
    team: string
    /** What becomes of the mails of this request, by their index; unset where no faults are planned. */
    fateOf?: (index: number) => Fate
  }
}

/** Lets in requests that name themselves and have a key, as many a second as the team may make. */
export function authenticate(sandbox: Sandbox) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    if (!c.req.header('user-agent')) {
      throw new ApiError('invalid_access', 'error code: 1010. Every request needs a User-Agent header.')
    }
    const key = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (key === undefined) throw new ApiError('missing_api_key', 'Missing API Key')
    const isKnown = sandbox.apiKeys ? sandbox.apiKeys.includes(key) : key.startsWith('re_')
    if (!isKnown) throw new ApiError('invalid_api_key', 'API key is invalid')
    // The database gets to see what tells keys apart, and no key.
    const team = (await sha256(new TextEncoder().encode(key))).slice(0, 16)
    c.set('team', team)

    const { requestsPerSecond } = sandbox
    const used = await countRequest(sandbox.db, sandbox.clock, team)
    c.header('ratelimit-limit', String(requestsPerSecond))
    c.header('ratelimit-remaining', String(Math.max(0, requestsPerSecond - used)))
    c.header('ratelimit-reset', '1')
    if (used > requestsPerSecond) {
      c.header('retry-after', '1')
      throw new ApiError(
        'rate_limit_exceeded',
        `Too many requests. You can only make ${requestsPerSecond} requests per second. See rate limit response headers for more information.`,
      )
    }
    await next()
    const quotas = await quotaHeaders(sandbox.db, sandbox.clock, sandbox.quotas, team)
    for (const [name, value] of Object.entries(quotas)) c.header(name, value)
  })
}
