// The service as readers write to it, on either runtime: a mail in the sandbox, its signed event, the act, the answer.
import { beforeEach, expect } from 'vitest'
import { webFixture } from '#web-fixture'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { createMailbox } from '../../src/inbound/fetch-mail.ts'
import { handleMails } from '../../src/inbound/handle-mails.ts'
import { type MailPurpose, signMailToken } from '../../src/platform/mail-address.ts'
import { createSandbox, deliverWebhooks } from '../../src/sandbox/sandbox.ts'
import { at, monday, type TestContext } from './context.ts'
import { anArticle, aReader } from './factories.ts'
import { createTestApp } from './web-app.ts'
import type { WebFixture } from './web-fixture.ts'
import { webhookSecret } from './webhooks.ts'

export const domain = 'reply.newsmatro.example'
export const minutes = (number: number) => new Date(monday.getTime() + number * 60_000)
export const days = (number: number) => minutes(number * 24 * 60)

type Written = { from?: string; to: string; subject?: string; text?: string; html?: string; headers?: object }

/** Sets up the service for each test of a file. */
export function mailSite(web: WebFixture = webFixture()) {
  let made: ReturnType<typeof createTestApp>
  let lines: Record<string, unknown>[]

  beforeEach(() => {
    lines = []
    const note = (event: string, fields: object = {}) => {
      lines.push({ event, ...fields })
      web.context.log.info(event, { ...fields })
    }
    made = createTestApp({
      ...web.context,
      config: { ...web.context.config, inboundDomain: domain, webhookSecrets: [webhookSecret] },
      log: { info: note, warn: note, error: note },
    })
  })

  /** Gives a mail to the sandbox, as a reader's mail program does. Returns its id. */
  async function hand(mail: Written): Promise<string> {
    const { db, clock, random } = made.context
    // One of its own on the same tables: the clock of the one that the service calls may be another.
    const response = await createSandbox({ db, clock, random }).request('/write', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'ada@reader.example', subject: 'Re: Today', ...mail }),
    })
    expect(response.status).toBe(201)
    return ((await response.json()) as { id: string }).id
  }

  const inboundMails = () => web.db.selectFrom('inbound_mails').selectAll().orderBy('id').execute()
  const handle = (mailbox = createMailbox(made.context.config)) =>
    handleMails(made.context, mailbox, { signal: new AbortController().signal })

  return {
    get db() {
      return web.db
    },
    get context() {
      return made.context
    },
    /** What the service logged. */
    get lines() {
      return lines
    },
    /** Lets the service go on with this in its context. */
    change: (changes: Partial<TestContext>) => {
      made = createTestApp({ ...made.context, ...changes })
    },
    /** Answers, and has done what goes on after the response. */
    request: (path: string, init?: RequestInit) => made.request(path, init),
    hand,
    /** Sends a mail to the service, as a reader does, and lets the service do what it then does. */
    write: async (mail: Written) => {
      await hand(mail)
      await deliverWebhooks({
        db: web.db,
        clock: made.context.clock,
        webhook: { url: 'https://digest.example/webhooks/resend', secret: webhookSecret },
        fetch: (request) => made.request(request),
      })
    },
    handle,
    addressFor: (purpose: MailPurpose, id: number) =>
      `${purpose}+${signMailToken(made.context.keys, 'test', purpose, id)}@${domain}`,
    subscriptionOf: (id: number) =>
      web.db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    inboundMails,
    outcomes: async () => (await inboundMails()).map((mail) => mail.outcome),
    consents: async () =>
      (await web.db.selectFrom('consent_events').select(['kind', 'source']).orderBy('id').execute()).map(
        ({ kind, source }) => `${kind} ${source}`,
      ),
    /** What the provider accepted, oldest first. */
    mails: () => web.mails(),
    newest: async () => (await web.mails()).at(-1),
    /** A reader, and the digest that they got. */
    aDigest: async (email = 'ada@reader.example') => {
      const reader = await aReader(web.db, { email })
      await anArticle(web.db, { firstSeenAt: minutes(-30) })
      await planDigests(made.context, at(monday))
      const { signal } = new AbortController()
      await sendMessages(made.context, createProvider(made.context.config), { signal })
      const mail = (await web.mails()).find((one) => one.to[0] === email)
      if (!mail) throw new Error('no digest')
      return { ...reader, mail }
    },
  }
}
