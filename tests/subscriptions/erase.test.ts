import { sql } from 'kysely'
import { describe, expect, inject, it } from 'vitest'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimDigests } from '../../src/delivery/claim-batch.ts'
import { addSuppressions, listSuppressions, removeSuppressions } from '../../src/delivery/suppressions.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { joinTransaction } from '../../src/platform/database/join-transaction.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { eraseReader } from '../../src/subscriptions/erase.ts'
import { forgetReaders } from '../../src/subscriptions/forget-readers.ts'
import { importSubscribers } from '../../src/subscriptions/import-subscribers.ts'
import { getNewsletter } from '../../src/subscriptions/newsletters.ts'
import { defaultChoices } from '../../src/subscriptions/preferences.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { at, monday } from '../support/context.ts'
import { email, erasing, evidence, key } from '../support/erasing.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'
import { webFixture } from '../support/web-fixture.ts'
import { webhookEvent } from '../support/webhooks.ts'

const web = webFixture()
const site = readerSite(web)
const { erase, again, aPlannedReader, allText } = erasing(site)
const suppressions = async () =>
  (await site.db.selectFrom('suppressions').selectAll().execute()).map((row) => row.email_key)
const hashes = () => site.db.selectFrom('erased_suppressions').select(['key_id', 'reason']).execute()
const hold = (address: string) =>
  site.db
    .insertInto('suppressions')
    .values({ email_key: address, reason: 'complaint', created_at: hours(-2) })
    .execute()
const subscriber = (id: number) =>
  site.db.selectFrom('subscribers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('a suppressed reader who is erased', () => {
  it('is known by a keyed hash alone, and is not mailed when somebody subscribes the address', async () => {
    const reader = await aReader(site.db, { email })
    await hold(key)
    await erase(reader)
    expect(await suppressions()).toEqual([])
    expect(await hashes()).toEqual([{ key_id: 'test', reason: 'complaint' }])
    expect(await allText()).not.toContain('wilma')
    await again()
    await site.send()
    expect(await site.mails()).toEqual([])
    expect(await suppressions()).toEqual([key])
    expect(await hashes()).toEqual([])
  })

  it('is not mailed after an import either, nor after a change of address to it', async () => {
    await hold(key)
    await erase(await aReader(site.db, { email }))
    const other = await aReader(site.db)
    await site.post(`/preferences/${site.token('preferences', other.subscriptionId)}/address`, { email })
    expect((await site.mails()).map(({ to }) => to)).toEqual([[other.email]])
    await removeSuppressions(site.context, [key])
    await hold(key)
    await erase(await aReader(site.db, { email }))
    const person = { ...defaultChoices, email, emailKey: key, confirmedAt: hours(-48), source: null }
    const newsletter = await getNewsletter(site.db)
    expect(await importSubscribers(site.context, newsletter, [person], evidence)).toMatchObject({
      added: 1,
      suppressed: 1,
    })
    await anArticle(site.db, { firstSeenAt: hours(-1) })
    await planDigests(site.context, at(hours(2)))
    expect(await site.db.selectFrom('exclusions').select('reason').execute()).toContainEqual({ reason: 'suppressed' })
  })

  it('is still recognised by a key that signs no more, and nothing is taken while that key is missing', async () => {
    await hold(key)
    await erase(await aReader(site.db, { email }))
    const fresh = ['fresh', new Uint8Array(32).fill(9)] as const
    const rotated = signingKeysOf(new Map([fresh, ['test', new Uint8Array(32).fill(7)]]))
    const missing = { ...site.context, keys: signingKeysOf(new Map([fresh])) }
    await expect(subscribe(missing, { email: 'new@reader.example' }, evidence)).rejects.toThrow(
      'No address can be taken',
    )
    expect(await site.messages()).toEqual([])
    await subscribe({ ...site.context, keys: rotated }, { email }, evidence)
    expect(await suppressions()).toEqual([key])
    expect(await site.messages()).toEqual([])
  })

  it('is found by the operator who names the address', async () => {
    await hold(key)
    await erase(await aReader(site.db, { email }))
    expect(await addSuppressions(site.context, [key])).toMatchObject({ added: [{ address: key, was: 'complaint' }] })
    const listed = []
    for await (const one of listSuppressions(site.context)) listed.push(one.address)
    expect(listed).toEqual([key])
  })

  it('also with the address they had before', async () => {
    const reader = await aReader(site.db, { email: 'now@reader.example' })
    await aMessage(site.db, { ...reader, email })
    await hold(key)
    await erase(reader)
    expect(await suppressions()).toEqual([])
    await again()
    expect(await suppressions()).toEqual([key])
  })
})

describe('an address that they had before anything was planned for it', () => {
  it('is known by its hash alone, too', async () => {
    const reader = await aReader(site.db, { email: 'now@reader.example' })
    const change = { subscriber_id: reader.subscriberId, old_email_key: key, key_id: 'test' }
    await site.db
      .insertInto('address_changes')
      .values({
        ...change,
        new_email: 'now@reader.example',
        new_email_key: 'now@reader.example',
        token_hash: new Uint8Array(32),
        nonce: new Uint8Array(32),
        requested_at: hours(-2),
        expires_at: hours(70),
        confirmed_at: hours(-1),
      })
      .execute()
    await hold(key)
    await erase(reader)
    expect(await suppressions()).toEqual([])
    expect(await hashes()).toHaveLength(1)
    expect(await allText()).not.toContain('wilma')
  })
})

describe('a mail at the moment of erasing', () => {
  it('that was claimed is not begun, and its address is gone', async () => {
    const reader = await aPlannedReader()
    const { batch } = await claimDigests(site.context)
    if (!batch) throw new Error('nothing was claimed')
    await erase(reader)
    expect(await beginBatch(site.context, batch)).toBe('consent changed')
    expect(await allText()).not.toContain('wilma')
    site.context.clock.set(hours(1))
    await site.send()
    expect(await site.mails()).toEqual([])
    expect(await site.messages()).toMatchObject([{ state: 'canceled', reason: 'erased' }])
  })

  it('that was begun is asked about with the same bytes, and its address goes with the answer', async () => {
    const reader = await aPlannedReader()
    web.sandbox.intercept = async (_, pass) => {
      await pass() // accepted, but the answer never arrives
      return new Response('bad gateway', { status: 502 })
    }
    const stop = new AbortController()
    const { sendMessages } = await import('../../src/delivery/send-messages.ts')
    const { createProvider } = await import('../../src/delivery/provider.ts')
    await sendMessages(site.context, createProvider(site.context.config), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    web.sandbox.intercept = undefined
    expect(await site.messages()).toMatchObject([{ state: 'sending', to_email: email }])
    await erase(reader)
    expect(await site.messages()).toMatchObject([{ state: 'sending', to_email: email }])
    expect(await subscriber(reader.subscriberId)).toMatchObject({ is_mail_under_way: true })
    expect(await forgetReaders(site.context, at(monday))).toEqual({
      erasuresFinished: 0,
      addressesForgotten: 0,
      unconfirmedForgotten: 0,
    })
    site.context.clock.set(hours(1))
    await site.send()
    expect(web.sandbox.calls.map(({ key, body }) => `${key} ${body}`)).toHaveLength(2)
    expect(new Set(web.sandbox.calls.map(({ key, body }) => `${key} ${body}`)).size).toBe(1)
    expect(await site.mails()).toHaveLength(1)
    expect(await forgetReaders(site.context, at(monday))).toEqual({
      erasuresFinished: 1,
      addressesForgotten: 0,
      unconfirmedForgotten: 0,
    })
    expect(await allText()).not.toContain('wilma')
    expect(await site.messages()).toMatchObject([{ state: 'submitted' }])
    expect(await forgetReaders(site.context, at(monday))).toEqual({
      erasuresFinished: 0,
      addressesForgotten: 0,
      unconfirmedForgotten: 0,
    })
  })

  it('that an event told of stays as it was for the others of its batch, who have no answer yet', async () => {
    await aReader(site.db, { email: 'other@reader.example' })
    const reader = await aPlannedReader()
    web.sandbox.intercept = async (_, pass) => {
      await pass()
      return new Response('bad gateway', { status: 502 })
    }
    await site.send()
    web.sandbox.intercept = undefined
    const [mine] = (await site.messages()).filter(({ to_email }) => to_email === email)
    const event = webhookEvent({ type: 'delivered', providerId: 'p1', message: mine?.id ?? 0, to: key })
    await receiveWebhook(site.context, 'e1', event)
    await erase(reader)
    expect((await site.messages()).map(({ state, to_email }) => [state, to_email])).toEqual(
      expect.arrayContaining([
        ['submitted', email],
        ['sending', 'other@reader.example'],
      ]),
    )
    site.context.clock.set(hours(1))
    await site.send()
    expect(new Set(web.sandbox.calls.map(({ key, body }) => `${key} ${body}`)).size).toBe(1)
    expect((await site.messages()).map(({ state }) => state)).toEqual(['submitted', 'submitted'])
    await forgetReaders(site.context, at(monday))
    expect(await allText()).not.toContain('wilma')
  })

  it('waits for a begin that was first, and leaves its mail to the answer', async ({ skip }) => {
    skip(
      inject('testDatabase').kind !== 'server',
      'all connections are one session on the embedded database: nothing there waits',
    )
    const reader = await aPlannedReader()
    const { batch } = await claimDigests(site.context)
    if (!batch) throw new Error('nothing was claimed')
    const other = connect(web.databaseUrl)
    const waiting = async (work: Promise<unknown>) => {
      let isOver = false
      void work.finally(() => {
        isOver = true
      })
      while (!isOver) {
        const { rows } = await sql`select from pg_locks where not granted and pid in (
          select pid from pg_stat_activity where datname = current_database())`.execute(site.db)
        if (rows.length > 0) return true
      }
      return false
    }
    let erasing: Promise<unknown> = Promise.resolve()
    await site.db.transaction().execute(async (trx) => {
      expect(await beginBatch(joinTransaction(site.context, trx), batch)).toBeNull()
      erasing = eraseReader({ ...site.context, db: other }, reader.subscriptionId, evidence)
      expect(await waiting(erasing)).toBe(true)
      await sql`select from subscribers where id = ${reader.subscriberId} for key share`.execute(trx)
    })
    await erasing
    expect(await subscriber(reader.subscriberId)).toMatchObject({ is_mail_under_way: true })
    expect(await site.messages()).toMatchObject([{ state: 'sending', to_email: email }])
    await other.destroy()
  })

  it('a request for the same address waits, and begins anew', async ({ skip }) => {
    skip(
      inject('testDatabase').kind !== 'server',
      'all connections are one session on the embedded database: nothing there waits',
    )
    const reader = await aReader(site.db, { email })
    await hold(key)
    await Promise.all([erase(reader), again(), again()])
    await site.send()
    expect(await site.mails()).toEqual([])
    expect(await suppressions()).toEqual([key])
  })
})

describe('an event that comes after its reader was erased', () => {
  const late = async (type: string, data = {}) => {
    const reader = await aReader(site.db, { email })
    const id = await aMessage(site.db, reader, { provider_id: 'p' })
    await erase(reader)
    const event = webhookEvent({ type, providerId: 'p', to: email, data })
    expect(await receiveWebhook(site.context, 'late', event)).toBe('recorded')
    expect(await receiveWebhook(site.context, 'late', event)).toBe('repeated')
    return site.db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  }

  it('that it failed says no more than that', async () => {
    expect(await late('failed', { failed: { reason: `no such user: ${email}` } })).toMatchObject({
      state: 'failed',
      reason: 'erased',
    })
    expect(await allText()).not.toContain('wilma')
  })

  it('counts for the run, and keeps nothing of them', async () => {
    expect(await late('delivered')).toMatchObject({ delivered_at: monday, state: 'submitted' })
    expect(await allText()).not.toContain('wilma')
    expect(await hashes()).toEqual([])
  })

  it.each([
    ['complained', {}, 'complaint'],
    ['bounced', { bounce: { type: 'Permanent' } }, 'hard_bounce'],
    ['suppressed', {}, 'provider'],
  ])('that it was %s keeps the address from being mailed, by its hash', async (type, data, reason) => {
    await late(type, data)
    expect(await allText()).not.toContain('wilma')
    expect(await hashes()).toEqual([{ key_id: 'test', reason }])
    expect((await site.consent()).at(-1)).toMatchObject({ kind: 'erased' })
    await again()
    expect(await site.messages()).toHaveLength(1)
  })

  it('suppresses the address in plain when it is somebody’s again', async () => {
    const reader = await aReader(site.db, { email })
    await aMessage(site.db, reader, { provider_id: 'p' })
    await erase(reader)
    await again()
    await receiveWebhook(site.context, 'late', webhookEvent({ type: 'complained', providerId: 'p', to: email }))
    expect(await suppressions()).toEqual([key])
    await site.send()
    expect(await site.mails()).toEqual([])
  })
})
