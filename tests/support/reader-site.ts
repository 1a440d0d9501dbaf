// The pages as a reader meets them: the app on a database of its own, mailing to a sandbox.
import { afterEach, beforeEach } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { monday } from './context.ts'
import { testDatabase } from './database.ts'
import { startMailing, type TestSandbox } from './sandbox.ts'
import { createTestApp, form } from './web-app.ts'

/** So many hours after the time at which tests begin. */
export const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)

export { form }

const tables = [
  'subscribers',
  'subscriptions',
  'confirmations',
  'consent_events',
  'messages',
  'suppressions',
  'erased_suppressions',
  'address_changes',
  'webhook_events',
  'exclusions',
] as const

/** Sets up the site for each test of a file. */
export function readerSite() {
  const database = testDatabase()
  let sandbox: TestSandbox
  let site: ReturnType<typeof createTestApp>
  beforeEach(async () => {
    const mailing = await startMailing(database.db)
    sandbox = mailing.sandbox
    site = createTestApp(mailing.context)
  })
  afterEach(() => sandbox.close())
  /** Answers, and has done what goes on after the response. */
  const visit = (path: string, init?: RequestInit) => site.request(path, init)
  return {
    get db() {
      return database.db
    },
    get url() {
      return database.url
    },
    get context() {
      return site.context
    },
    get sandbox() {
      return sandbox
    },
    visit,
    post: (path: string, fields: Record<string, string | string[]> = {}) => visit(path, form(fields)),
    text: async (path: string) => (await visit(path)).text(),
    token: (purpose: 'preferences' | 'unsubscribe', subscriptionId: number) =>
      signToken(site.context.keys, site.context.keys.newestId, purpose, subscriptionId),
    send: () =>
      sendMessages(site.context, createProvider(site.context.config), { signal: new AbortController().signal }),
    /** The path of a link of a kind in the last mail, or in a page. */
    link: async (kind: string, text?: string) => {
      const where = text ?? (await sandbox.mails()).at(-1)?.text ?? ''
      return new RegExp(`/${kind}/[A-Za-z0-9_./-]+`).exec(where)?.[0] ?? 'no link'
    },
    subscriptions: () => database.db.selectFrom('subscriptions').selectAll().orderBy('id').execute(),
    consent: () => database.db.selectFrom('consent_events').selectAll().orderBy('id').execute(),
    messages: () => database.db.selectFrom('messages').selectAll().orderBy('id').execute(),
    /** All rows of all tables about readers. */
    everything: async () =>
      Object.fromEntries(
        await Promise.all(
          tables.map(async (table) => [table, await database.db.selectFrom(table).selectAll().execute()] as const),
        ),
      ),
  }
}
