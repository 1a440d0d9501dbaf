// The pages as a reader meets them, on either runtime: the app on a database of its own, mailing to a sandbox.
import { webFixture } from '#web-fixture'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { monday } from './context.ts'
import { form } from './web-app.ts'
import type { WebFixture } from './web-fixture.ts'

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
export function readerSite(web: WebFixture = webFixture()) {
  /** Answers, and has done what goes on after the response. */
  const visit = (path: string, init?: RequestInit) => web.request(path, init)
  return {
    get db() {
      return web.db
    },
    get context() {
      return web.context
    },
    /** What the provider accepted, oldest first. */
    mails: () => web.mails(),
    visit,
    post: (path: string, fields: Record<string, string | string[]> = {}) => visit(path, form(fields)),
    text: async (path: string) => (await visit(path)).text(),
    token: (purpose: 'preferences' | 'unsubscribe', subscriptionId: number) =>
      signToken(web.context.keys, web.context.keys.newestId, purpose, subscriptionId),
    send: () => sendMessages(web.context, createProvider(web.context.config), { signal: new AbortController().signal }),
    /** The path of a link of a kind in the last mail, or in a page. */
    link: async (kind: string, text?: string) => {
      const where = text ?? (await web.mails()).at(-1)?.text ?? ''
      return new RegExp(`/${kind}/[A-Za-z0-9_./-]+`).exec(where)?.[0] ?? 'no link'
    },
    subscriptions: () => web.db.selectFrom('subscriptions').selectAll().orderBy('id').execute(),
    consent: () => web.db.selectFrom('consent_events').selectAll().orderBy('id').execute(),
    messages: () => web.db.selectFrom('messages').selectAll().orderBy('id').execute(),
    /** All rows of all tables about readers. */
    everything: async () =>
      Object.fromEntries(
        await Promise.all(
          tables.map(async (table) => [table, await web.db.selectFrom(table).selectAll().execute()] as const),
        ),
      ),
  }
}

export type ReaderSite = ReturnType<typeof readerSite>
