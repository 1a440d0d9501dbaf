// The list of domains: https://resend.com/docs/api-reference/domains/list-domains
import { Hono } from 'hono'
import { ApiError } from './api-error.ts'
import { type ApiEnv, authenticate } from './authenticate.ts'
import type { Sandbox } from './options.ts'

/** A domain of the account, as far as a sender looks at it. */
export type SandboxDomain = {
  readonly name: string
  readonly status: string
  readonly open_tracking: boolean
  readonly click_tracking: boolean
}

/** The routes below `/domains`: all on one page. Without a list there is no such endpoint, since every sender is taken. */
export function createDomains(sandbox: Sandbox): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>()
  api.use(authenticate(sandbox))
  api.get('/', (c) => {
    if (!sandbox.domains) throw new ApiError('not_found', 'The requested endpoint does not exist')
    const data = sandbox.domains.map((domain) => ({
      ...{ id: domain.name, region: 'us-east-1', created_at: '2026-01-01 00:00:00.000000+00' },
      ...domain,
    }))
    return c.json({ object: 'list', has_more: false, data })
  })
  return api
}
