// The app on Node, for tests of what the web answers. tests/edge/web-fixture.ts is the same in workerd; `#web-fixture` is
// the one of the runtime that the tests run on.
import type { Hono } from 'hono'
import { afterEach, beforeEach } from 'vitest'
import type { Database } from '../../src/platform/database/schema.ts'
import type { EmailRow } from '../../src/sandbox/tables.ts'
import type { WebOptions } from '../../src/web/web-options.ts'
import type { TestContext } from './context.ts'
import { testDatabase } from './database.ts'
import { startMailing, type TestSandbox } from './sandbox.ts'
import { createTestApp } from './web-app.ts'

export type WebFixture = {
  readonly db: Database
  readonly context: TestContext
  readonly app: Hono
  /** Asks, and waits for the work that goes on after the answer. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** What the provider accepted, oldest first. */
  mails(): Promise<EmailRow[]>
}

/** What there is on Node alone. */
export type NodeWebFixture = WebFixture & { readonly databaseUrl: string; readonly sandbox: TestSandbox }

/** Gives each test an app of its own, with an empty database and the sandbox as its provider. */
export function webFixture(options: Partial<WebOptions> = {}): NodeWebFixture {
  const database = testDatabase()
  let sandbox: TestSandbox
  let made: ReturnType<typeof createTestApp>
  beforeEach(async () => {
    const mailing = await startMailing(database.db)
    sandbox = mailing.sandbox
    made = createTestApp(mailing.context, options)
  })
  afterEach(() => sandbox.close())
  return {
    get db() {
      return database.db
    },
    get databaseUrl() {
      return database.url
    },
    get sandbox() {
      return sandbox
    },
    get context() {
      return made.context
    },
    get app() {
      return made.app
    },
    request: (path, init) => made.request(path, init),
    mails: () => sandbox.mails(),
  }
}
