import { describe, expect, it } from 'vitest'
import { hideArticle } from '../../src/articles/newsroom.ts'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimTransactional } from '../../src/delivery/claim-batch.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { writeWelcomes } from '../../src/digests/write-welcomes.ts'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { at } from '../support/context.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { hours, readerSite } from '../support/reader-site.ts'

const site = readerSite()
const email = 'ada@reader.example'
const evidence = { source: 'link', ip: null, userAgent: null } as const

/** A run that told what there was until now, for somebody else. */
async function aRun() {
  await aReader(site.db, { email: 'other@reader.example', next_digest_at: hours(0) })
  await planDigests(site.context, at(hours(0)))
}

/** Asks for a subscription and confirms it as a process does that dies before it answers. */
async function confirmsUnanswered() {
  await site.post('/subscribe', { email, hour: '7' })
  const asked = site.db.selectFrom('confirmations').selectAll().orderBy('id', 'desc')
  const { key_id, nonce } = await asked.executeTakeFirstOrThrow()
  await confirm(site.context, deriveToken(site.context.keys, key_id, new Uint8Array(nonce)), evidence)
}

/** What the job does. */
const write = () => writeWelcomes(site.context, { signal: new AbortController().signal })
const welcomesTo = async () => (await site.mails()).filter(({ subject }) => subject === 'Welcome to Newsmatro')
const kinds = async () =>
  (await site.messages())
    .filter(({ kind }) => kind !== 'digest')
    .map(({ kind, state, reason }) => [kind, state, reason])

describe('who confirms', () => {
  it('is welcomed at once and once, with the newest stories and links that work; these stories come no second time', async () => {
    await anArticle(site.db, { title: 'A river moves', firstSeenAt: hours(-2), topics: ['climate'] })
    await aRun()
    await site.post('/subscribe', { email, hour: '8', timeZone: 'Europe/Berlin' })
    const path = await site.link('confirm')
    for (let time = 0; time < 2; time++) expect((await site.post(path)).status).toBe(200)
    const [welcome, ...more] = await welcomesTo()
    expect(more).toEqual([])
    const text = welcome?.text ?? ''
    expect(text).toContain('Your first digest, if there is news:\nMonday 23 November, at 08:00 in Berlin\n')
    expect(text).toContain('A river moves')
    expect(text.replace(/\s+/g, ' ')).toContain('you confirmed your subscription to Newsmatro on 23 November 2026.')
    expect(welcome?.html).toContain('Monday 23 November, at 08:00 in Berlin')
    const { headers } = welcome ?? { headers: {} as Record<string, string> }
    expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click')
    expect(headers['Feedback-ID']).toMatch(/^20261123:daily:welcome-newsmatro:/)
    const weekly = /https:\/\/digest\.example(\/preferences\/\S+\?frequency=weekly)/.exec(text)?.[1] ?? ''
    expect(await site.text(weekly)).toMatch(/value="weekly" checked/)

    site.context.clock.set(hours(1))
    await planDigests(site.context, at(hours(1)))
    await site.send()
    expect(await site.db.selectFrom('exclusions').select('reason').execute()).toEqual([{ reason: 'nothing_new' }])
    const unsubscribe = /<https:\/\/digest\.example(\/unsubscribe\/[^>]+)>/.exec(headers['List-Unsubscribe'] ?? '')?.[1]
    expect((await site.post(unsubscribe ?? '')).status).toBe(200)
    expect((await site.subscriptions()).at(-1)).toMatchObject({ state: 'ended', ended_reason: 'unsubscribed' })
  })

  it('anew after leaving is welcomed anew', async () => {
    for (const hour of [0, 25]) {
      site.context.clock.set(hours(hour))
      await site.post('/subscribe', { email })
      await site.post(await site.link('confirm'))
      const { id = 0 } = (await site.subscriptions())[0] ?? {}
      await site.post(`/unsubscribe/${site.token('unsubscribe', id)}`, { from: 'page' })
    }
    expect(await welcomesTo()).toHaveLength(2)
  })

  it('and leaves before the welcome is written gets none, also when that is taken back', async () => {
    await confirmsUnanswered()
    const { id = 0 } = (await site.subscriptions())[0] ?? {}
    const page = await (await site.post(`/unsubscribe/${site.token('unsubscribe', id)}`, { from: 'page' })).text()
    await write()
    await site.post(await site.link('undo', page))
    await write()
    await site.send()
    expect((await site.subscriptions())[0]).toMatchObject({ state: 'active' })
    expect(await welcomesTo()).toEqual([])
  })
})

describe('a welcome that waits', () => {
  /** It tells a story, and the provider is away. */
  async function waits(others: readonly string[] = []) {
    for (const title of ['A river moves', ...others]) await anArticle(site.db, { title, firstSeenAt: hours(-2) })
    await aRun()
    await confirmsUnanswered()
    await write()
    return (await site.subscriptions()).at(-1)?.id ?? 0
  }

  it('is not sent to who leaves, and is to who takes that back: its story is told', async () => {
    const id = await waits()
    const page = await (await site.post(`/unsubscribe/${site.token('unsubscribe', id)}`, { from: 'page' })).text()
    await site.send()
    expect((await kinds()).at(-1)).toEqual(['welcome', 'canceled', 'unsubscribed'])
    await site.post(await site.link('undo', page))
    await site.send()
    expect(await welcomesTo()).toMatchObject([{ text: expect.stringContaining('A river moves') }])
  })

  it.each([
    ['ended', { ended_reason: 'complaint', ended_at: hours(0), next_digest_at: null }, 'complaint'],
    ['pending', { next_digest_at: null }, 'not subscribed'],
  ] as const)('is canceled by the claim where the subscription is %s', async (state, row, reason) => {
    const id = await waits()
    await site.db
      .updateTable('subscriptions')
      .set({ state, ...row })
      .where('id', '=', id)
      .execute()
    await site.send()
    expect((await kinds()).at(-1)).toEqual(['welcome', 'canceled', reason])
  })

  it('goes out also after days, with a key that was retired meanwhile: it tells what nothing else tells', async () => {
    await waits()
    await site.db.updateTable('messages').set({ key_id: 'retired' }).where('kind', '=', 'welcome').execute()
    site.context.clock.set(hours(100))
    await site.send()
    const [welcome] = await welcomesTo()
    expect((await site.visit(await site.link('preferences', welcome?.text ?? ''))).status).toBe(200)
  })

  it('is canceled after a week, also where it was to be made anew', async () => {
    await waits()
    await hideArticle(site.context, '1')
    site.context.clock.set(hours(168))
    await site.send()
    expect((await kinds()).at(-1)).toEqual(['welcome', 'canceled', 'it could not be sent within a week'])
  })

  it('tells nothing that was hidden since: it waits until it was made anew', async () => {
    await waits(['The sea rises'])
    await hideArticle(site.context, '1')
    await site.send()
    expect(await welcomesTo()).toEqual([])
    expect(await write()).toEqual({ welcomes: 1 })
    expect(await write()).toEqual({ welcomes: 0 })
    await site.send()
    const [welcome, ...more] = await welcomesTo()
    expect(more).toEqual([])
    expect(welcome?.text).toContain('The sea rises')
    expect(welcome?.text).not.toContain('A river moves')
    expect(welcome?.text).toContain('Monday 23 November, at 07:00 UTC')
    await hideArticle(site.context, '2') // it has gone
    expect(await write()).toEqual({ welcomes: 0 })
  })

  it('goes without stories where all were hidden', async () => {
    await waits()
    await hideArticle(site.context, '1')
    await write()
    await site.send()
    expect((await welcomesTo()).map(({ text }) => text?.includes('A river moves'))).toEqual([false])
  })

  it('does not begin where a story was hidden after its claim', async () => {
    await waits()
    const { batch } = await claimTransactional(site.context)
    if (!batch) throw new Error('nothing was claimed')
    await hideArticle(site.context, '1')
    expect(await beginBatch(site.context, batch)).toBe('stories changed')
    await settleBatch(site.context, batch, {
      kind: 'refused',
      remedy: 'later',
      reason: 'stories changed',
      retryAfterMs: 0,
    })
    await write()
    await site.send()
    expect((await welcomesTo()).map(({ text }) => text?.includes('A river moves'))).toEqual([false])
  })

  it('that an undo brings back tells nothing that was hidden meanwhile', async () => {
    const id = await waits(['The sea rises'])
    const page = await (await site.post(`/unsubscribe/${site.token('unsubscribe', id)}`, { from: 'page' })).text()
    await hideArticle(site.context, '1')
    await site.post(await site.link('undo', page))
    await site.send()
    await write()
    await site.send()
    const [welcome] = await welcomesTo()
    expect(welcome?.text).toContain('The sea rises')
    expect(welcome?.text).not.toContain('A river moves')
  })

  it('says when the first digest comes as it is when it goes, and nothing where that was made already', async () => {
    const id = await waits()
    await site.post(`/preferences/${site.token('preferences', id)}`, { hour: '9' })
    await site.db
      .updateTable('messages')
      .set({ state: 'canceled', reason: 'test', settled_at: hours(0) })
      .where('kind', '=', 'preferences_changed')
      .execute()
    await write()
    expect((await site.messages()).find(({ kind }) => kind === 'welcome')?.first_digest).toBe(
      'Monday 23 November, at 09:00 UTC',
    )
    await anArticle(site.db, { title: 'The sea rises', firstSeenAt: hours(1) })
    site.context.clock.set(hours(3))
    await planDigests(site.context, at(hours(3)))
    expect(await write()).toEqual({ welcomes: 1 })
    expect(await write()).toEqual({ welcomes: 0 })
    await site.send()
    const [welcome] = await welcomesTo()
    expect(welcome?.text).toContain('A river moves')
    expect(welcome?.text).not.toMatch(/first digest|\d\d:\d\d UTC/)
  })

  it('forgets with its reader when their first digest would have come', async () => {
    const id = await waits()
    await site.post(`/preferences/${site.token('preferences', id)}/erase`)
    const [erased] = (await site.messages()).filter(({ kind }) => kind === 'welcome')
    expect(erased).toMatchObject({ state: 'canceled', reason: 'erased', first_digest: null, confirmed_on: null })
  })
})
