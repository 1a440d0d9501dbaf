// The app in workerd: the same context as on Node, with the database behind Hyperdrive and the sandbox outside the worker.
import { env } from 'cloudflare:workers'
import { beforeEach } from 'vitest'
import { sandboxTables } from '../../src/sandbox/tables.ts'
import type { WebOptions } from '../../src/web/web-options.ts'
import { testContext } from '../support/context.ts'
import { createTestApp } from '../support/web-app.ts'
import type { WebFixture } from '../support/web-fixture.ts'
import { edgeDatabase } from './edge-database.ts'

export function webFixture(options: Partial<WebOptions> = {}): WebFixture {
  const database = edgeDatabase()
  let made: ReturnType<typeof createTestApp>
  beforeEach(() => {
    const { RESEND_API_KEY, RESEND_BASE_URL } = env as Record<string, string>
    made = createTestApp(
      testContext(database.db, {
        env: { RESEND_API_KEY: RESEND_API_KEY ?? '', RESEND_BASE_URL: RESEND_BASE_URL ?? '' },
      }),
      options,
    )
  })
  return {
    get db() {
      return database.db
    },
    get context() {
      return made.context
    },
    get app() {
      return made.app
    },
    request: (path, init) => made.request(path, init),
    mails: () => sandboxTables(database.db).selectFrom('emails').selectAll().orderBy('position').execute(),
  }
}
