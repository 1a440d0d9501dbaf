// The only double: Resend, at its HTTP boundary.
import { serve } from '../../src/node-http.ts'
import type { Context } from '../../src/platform/context.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { cutConnections } from '../../src/sandbox/cut-connections.ts'
import type { SandboxOptions } from '../../src/sandbox/options.ts'
import { prepareSandbox } from '../../src/sandbox/prepare-sandbox.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { type EmailRow, sandboxTables } from '../../src/sandbox/tables.ts'
import { type TestContext, testContext } from './context.ts'

export type TestSandbox = {
  readonly url: string
  /** Each request that came in: what was asked, and with which key. */
  readonly calls: { readonly path: string; readonly key: string | null; readonly body: string }[]
  /** Stand in front of the sandbox: answer for it, or return undefined to let it answer. */
  intercept: ((request: Request, pass: () => Promise<Response>) => Promise<Response | undefined>) | undefined
  mails(): Promise<EmailRow[]>
  close(): Promise<void>
}

/** Serves a sandbox on a loopback port, on the context's database and clock. */
export async function startSandbox(context: Context, options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  await prepareSandbox(context.db)
  const app = createSandbox({
    db: context.db,
    clock: context.clock,
    random: context.random,
    requestsPerSecond: 1_000,
    ...options,
  })
  const calls: TestSandbox['calls'] = []
  const server = await serve(
    cutConnections(async (request) => {
      if (request.method === 'POST') {
        calls.push({
          path: new URL(request.url).pathname,
          key: request.headers.get('idempotency-key'),
          body: await request.clone().text(),
        })
      }
      const pass = async () => app.fetch(request)
      return (await sandbox.intercept?.(request, pass)) ?? pass()
    }),
    { host: '127.0.0.1', port: 0, variable: 'PORT' },
  )
  const sandbox: TestSandbox = {
    url: server.url,
    calls,
    intercept: undefined,
    mails: () => sandboxTables(context.db).selectFrom('emails').selectAll().orderBy('position').execute(),
    close: () => server.close(),
  }
  return sandbox
}

/** A test's context, and the sandbox that is its provider. */
export async function startMailing(db: Database): Promise<{ context: TestContext; sandbox: TestSandbox }> {
  const bare = testContext(db)
  const sandbox = await startSandbox(bare)
  return { context: mailingTo(bare, sandbox), sandbox }
}

/** The context with this sandbox as its provider. */
export function mailingTo<C extends Context>(context: C, sandbox: TestSandbox): C {
  return { ...context, config: { ...context.config, resend: { apiKey: 're_test', baseUrl: sandbox.url } } }
}
