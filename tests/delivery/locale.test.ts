// A database whose locale folds letters in its own way: in Turkish, I is not the capital of i.
import { sql } from 'kysely'
import { expect, inject, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimDigests } from '../../src/delivery/claim-batch.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { addSuppressions } from '../../src/delivery/suppressions.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import { at, monday, testContext } from '../support/context.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { createOnServer } from '../support/server-database.ts'
import { webhookEvent } from '../support/webhooks.ts'

it('finds what is suppressed whatever the letters of the address', async ({ skip }) => {
  const source = inject('testDatabase')
  if (source.kind !== 'server') return skip('the embedded database has no locale but C')
  const name = `newsmatro_test_${process.pid}_${crypto.randomUUID().slice(0, 8)}`
  const turkish = "template0 encoding 'UTF8' locale_provider icu icu_locale 'tr-TR' locale 'C'"
  const { url, drop } = await createOnServer(source.serverUrl, name, turkish)
  const db = connect(url)
  try {
    await migrateToLatest(db)
    expect((await sql<{ i: string }>`select lower('I') as i`.execute(db)).rows).toEqual([{ i: 'ı' }])
    const context = testContext(db)
    await anArticle(db, { firstSeenAt: new Date(monday.getTime() - 3_600_000) })
    await aReader(db, { email: 'INFO@reader.example' })
    const bouncing = await aReader(db, { email: 'ILSE@reader.example' })
    await planDigests(context, at(monday))
    const { batch } = await claimDigests(context)
    if (batch === undefined) throw new Error('nothing was claimed')
    expect(batch.messages).toHaveLength(2)

    await addSuppressions(context, ['info@reader.example'])
    expect(await beginBatch(context, batch)).toBe('consent changed')
    await aMessage(db, bouncing, { provider_id: 'p1' })
    const data = { bounce: { type: 'Permanent' } }
    await receiveWebhook(context, 'e1', webhookEvent({ type: 'bounced', providerId: 'p1', data }))
    const keys = await db.selectFrom('suppressions').select('email_key').orderBy('email_key').execute()
    expect(keys.map((row) => row.email_key)).toEqual(['ilse@reader.example', 'info@reader.example'])
    const left = { kind: 'refused', remedy: 'later', reason: 'consent changed', retryAfterMs: 0 } as const
    await settleBatch(context, batch, left)
    expect(await claimDigests(context)).toMatchObject({ batch: undefined, canceled: 2 })
  } finally {
    await db.destroy()
    await drop()
  }
})
