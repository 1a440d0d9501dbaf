// The service as it starts without a key: it is its own provider, and tells itself what became of its mails.
import { sql } from 'kysely'
import { expect, it, vi } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { readConfig } from '../../src/platform/config.ts'
import { silentLog } from '../../src/platform/log.ts'
import { startService } from '../../src/server.ts'
import { at } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'

const database = testDatabase()

it('lets a bounce and a complaint have their effect, with a secret that nobody was told', async () => {
  const { db } = database
  const service = await startService(readConfig({ DATABASE_URL: database.url, PORT: '0' }), silentLog)
  try {
    const now = Date.now()
    const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)
    await anArticle(db, { firstSeenAt: minutesAgo(30) })
    const due = { next_digest_at: minutesAgo(2), read_until: minutesAgo(24 * 60) }
    for (const email of ['bounced@resend.dev', 'complained@resend.dev', 'reader@reader.example']) {
      await aReader(db, { email, ...due })
    }
    await planDigests(service.context, at(new Date(now)))
    const { signal } = new AbortController()
    const sent = await sendMessages(service.context, createProvider(service.context.config), { signal })
    expect(sent).toMatchObject({ submitted: 3 })
    const kept = () => db.selectFrom('webhook_events').select('svix_id').execute()
    await vi.waitFor(async () => expect(await kept()).toHaveLength(7), { timeout: 20_000, interval: 100 })
    const { rows } = await sql`
      select m.to_email, m.state, m.delivered_at is not null as delivered, m.bounce_kind, s.ended_reason, x.reason
      from messages m join subscriptions s on s.id = m.subscription_id
        left join suppressions x on x.email_key = m.to_email order by m.to_email`.execute(db)
    const row = { state: 'submitted', delivered: true, bounce_kind: null, ended_reason: null, reason: null }
    expect(rows).toEqual([
      { ...row, to_email: 'bounced@resend.dev', delivered: false, bounce_kind: 'hard', reason: 'hard_bounce' },
      { ...row, to_email: 'complained@resend.dev', ended_reason: 'complaint', reason: 'complaint' },
      { ...row, to_email: 'reader@reader.example' },
    ])
  } finally {
    await service.stop()
  }
})
