// The service as a browser reaches it: a real port, a database of its own, the sandbox, and a clock that tests set.
import { afterEach, beforeEach } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { type HttpServer, serve } from '../../src/node-http.ts'
import type { Config } from '../../src/platform/config.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import type { EmailRow } from '../../src/sandbox/tables.ts'
import { at, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { linksOf } from '../support/mail-links.ts'
import { mailingTo, startSandbox, type TestSandbox } from '../support/sandbox.ts'
import { createTestApp } from '../support/web-app.ts'

export type TestService = {
  readonly db: Database
  readonly context: TestContext
  readonly url: string
  mails(): Promise<EmailRow[]>
  /** The address of this kind that the newest mail leads to. Waits for a mail with one. */
  link(kind: string): Promise<string>
  /** Plans and sends what is due at this time. */
  sendDigests(now: Date): Promise<void>
}

/** `changed`: what of the configuration differs, asked for before each test. */
export function testService(changed: () => Partial<Config> = () => ({})): TestService {
  const database = testDatabase()
  let sandbox: TestSandbox
  let server: HttpServer
  let context: TestContext
  beforeEach(async () => {
    const bare = testContext(database.db)
    sandbox = await startSandbox(bare)
    let answer: (request: Request) => Response | Promise<Response> = () => new Response('starting', { status: 503 })
    server = await serve((request) => answer(request), { host: '127.0.0.1', port: 0, variable: 'PORT' })
    context = mailingTo({ ...bare, config: { ...bare.config, publicUrl: server.url, ...changed() } }, sandbox)
    const made = createTestApp(context)
    answer = made.app.fetch
  })
  afterEach(async () => {
    await server.close()
    await sandbox.close()
  })
  return {
    get db() {
      return database.db
    },
    get context() {
      return context
    },
    get url() {
      return server.url
    },
    mails: () => sandbox.mails(),
    async link(kind) {
      const { expect } = await import('vitest')
      const find = async () =>
        (await sandbox.mails())
          .flatMap((mail) => linksOf(mail, server.url))
          .findLast((path) => path.startsWith(`/${kind}/`))
      await expect.poll(find).toBeDefined()
      return `${server.url}${await find()}`
    },
    async sendDigests(now) {
      context.clock.set(now)
      await planDigests(context, at(now))
      await sendMessages(context, createProvider(context.config), { signal: new AbortController().signal })
    },
  }
}
