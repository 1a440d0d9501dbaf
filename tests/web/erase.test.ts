import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { getRun, listRuns } from '../../src/delivery/runs.ts'
import { receiveWebhook } from '../../src/delivery/webhooks.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { exportSubscribers } from '../../src/subscriptions/export-subscribers.ts'
import { getNewsletter } from '../../src/subscriptions/newsletters.ts'
import { at, monday } from '../support/context.ts'
import { email, erasing, key } from '../support/erasing.ts'
import { aMessage, anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'
import { webhookEvent } from '../support/webhooks.ts'

const site = readerSite()
const { erase, again, aPlannedReader, allText } = erasing(site)

describe('erasing a reader', () => {
  it('looks first, then leaves nothing that names them, anywhere', async () => {
    await again()
    await site.send()
    await site.visit(await site.link('confirm'), { method: 'POST', headers: { 'user-agent': 'Netscape' } })
    const [subscription] = await site.subscriptions()
    const reader = { subscriptionId: subscription?.id ?? 0, subscriberId: subscription?.subscriber_id ?? 0, email }
    await aMessage(site.db, reader, {
      provider_id: 'p1',
      state: 'failed',
      reason: `550 ${email} unknown`,
      failed_at: hours(0),
      failure_reason: `550 ${email}`,
    })
    await aMessage(site.db, reader, { provider_id: 'p2' })
    await aMessage(site.db, reader, { state: 'pending' })
    await receiveWebhook(site.context, 'e1', webhookEvent({ type: 'delivered', providerId: 'p2', to: email }))
    await site.post('/my-link', { email })
    await site.post(`/preferences/${site.token('preferences', reader.subscriptionId)}/address`, {
      email: 'wilma.hidden@reader.example',
    })
    const path = `/preferences/${site.token('preferences', reader.subscriptionId)}`
    await site.post(path, { timeZone: 'Pacific/Chatham' })

    const before = await allText()
    for (const trace of [key, 'wilma.hidden', '203.0.113.9', '192.0.2.7', 'chatham']) expect(before).toContain(trace)
    const looked = await site.everything()
    expect(await site.text(`${path}/erase`)).toContain('Erase everything about you?')
    expect(await site.everything()).toEqual(looked)

    for (let time = 0; time < 2; time++) {
      const response = await erase(reader)
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('is erased')])
    }
    // Without hashes and bodies, whose digits can be those of a trace.
    const after = (await allText()).replaceAll(/\\x[0-9a-f]*/g, '')
    for (const trace of ['wilma', '203.0.113.9', '192.0.2.7', 'netscape', 'chatham', '550 '])
      expect(after).not.toContain(trace)
    expect((await site.consent()).map(({ kind }) => kind)).toEqual([
      'requested',
      'confirmation_sent',
      'confirmed',
      'address_change_requested',
      'preferences_changed',
      'erased',
    ])
    expect(await site.subscriptions()).toMatchObject([{ state: 'ended', ended_reason: 'erased' }])
    const exported = []
    const newsletter = await getNewsletter(site.db)
    for await (const row of exportSubscribers(site.context, newsletter, { isAll: true })) exported.push(row)
    expect(exported).toEqual([])
  })

  it('leaves the sums of runs as they were', async () => {
    await anArticle(site.db, { firstSeenAt: hours(-1) })
    const readers = []
    for (let index = 0; index < 3; index++) readers.push(await aReader(site.db))
    await planDigests(site.context, at(monday))
    await site.send()
    const [run] = await listRuns(site.context, { limit: 1 })
    await erase(readers[0] ?? { subscriptionId: 0 })
    expect(await getRun(site.context, run?.id ?? 0)).toEqual(run)
    expect(run).toMatchObject({ due: 3, status: 'done', messages: { submitted: 3 } })
  })

  it('takes back what waits, which the run then counts as erased', async () => {
    const reader = await aPlannedReader()
    await erase(reader)
    await site.send()
    expect(await site.mails()).toEqual([])
    const [run] = await listRuns(site.context, { limit: 1 })
    expect(run).toMatchObject({ due: 1, status: 'done', messages: { canceled: 1 }, canceledBecause: { erased: 1 } })
  })

  it('ends every link: one click is still answered, the others say so calmly', async () => {
    await again()
    await site.send()
    const confirm = await site.link('confirm')
    await site.post(confirm)
    const [reader] = await site.subscriptions()
    const id = reader?.id ?? 0
    await erase({ subscriptionId: id })
    const unsubscribe = `/unsubscribe/${site.token('unsubscribe', id)}`
    const multipart = new FormData()
    multipart.append('List-Unsubscribe', 'One-Click')
    const headers = { origin: 'https://mail.example' }
    for (const init of [
      { body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), headers },
      { body: multipart, headers },
      { headers },
      { body: '{"no": "form"', headers: { ...headers, 'content-type': 'application/json' } },
    ]) {
      const clicked = await site.visit(unsubscribe, { method: 'POST', ...init })
      expect([clicked.status, await clicked.text()]).toEqual([200, ''])
      expect(clicked.headers.get('location') ?? clicked.headers.get('set-cookie')).toBeNull()
    }
    expect(await site.text(unsubscribe)).toContain('You are unsubscribed')
    expect((await site.visit(`/preferences/${site.token('preferences', id)}`)).status).toBe(404)
    expect((await site.post(`/preferences/${site.token('preferences', id)}`, { hour: '5' })).status).toBe(404)
    const join = await site.post(`/preferences/${site.token('preferences', id)}/join`, { newsletter: 'evening' })
    expect(join.status).toBe(404)
    expect((await site.post(confirm)).status).toBe(410)
    expect((await site.consent()).at(-1)).toMatchObject({ kind: 'erased' })
  })

  it('cannot be undone in the history: nothing else of an event changes, and no other reader’s does', async () => {
    const [gone, other] = [await aReader(site.db), await aReader(site.db)]
    await site.post(`/preferences/${site.token('preferences', other.subscriptionId)}`, { hour: '9' })
    await erase(gone)
    const change = (set: string) => sql.raw(`update consent_events set ${set}`).execute(site.db)
    for (const set of ["ip = null, user_agent = null, details = '{}'", "kind = 'confirmed'", "source = 'x'"]) {
      await expect(change(set)).rejects.toThrow('append-only')
    }
    await expect(sql`delete from consent_events`.execute(site.db)).rejects.toThrow('append-only')
  })
})
