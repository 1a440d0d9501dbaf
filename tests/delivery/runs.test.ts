import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimDigests } from '../../src/delivery/claim-batch.ts'
import { cancelRun, pauseRun, resumeRun, sendRest } from '../../src/delivery/control-run.ts'
import { missingReaders } from '../../src/delivery/missing-readers.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { getRun, listRuns } from '../../src/delivery/runs.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { openRun } from '../../src/digests/open-run.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { planSlice } from '../../src/digests/plan-slice.ts'
import { renderDigests } from '../../src/digests/render-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { at, monday, type TestContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { startMailing, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext

beforeEach(async () => {
  ;({ context, sandbox } = await startMailing(database.db))
})
afterEach(() => sandbox.close())

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const { signal } = new AbortController()
const send = (lanes = 4) => sendMessages(context, createProvider(context.config), { signal, lanes })
const runId = async () => (await database.db.selectFrom('digest_runs').select('id').executeTakeFirstOrThrow()).id
const recipients = async () => (await sandbox.mails()).map((mail) => mail.to[0])
const suppress = (email_key: string) =>
  database.db.insertInto('suppressions').values({ email_key, reason: 'complaint', created_at: monday }).execute()
const leave = (reader: { subscriptionId: number } | undefined) =>
  unsubscribe(context, reader?.subscriptionId ?? 0, 'unsubscribed_page', { source: 'form', ip: null, userAgent: null })

/** Readers of one run, planned; those named `x…` are refused by the provider. */
async function planned(emails: readonly string[]) {
  await anArticle(database.db, { firstSeenAt: hours(-3) })
  const readers = []
  for (const email of emails) readers.push(await aReader(database.db, { email: `${email}@reader.example` }))
  await planDigests(context, at(monday))
  return { id: await runId(), readers }
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`)

/** Refuses, one by one, whatever goes to an address that starts with x. */
function refuseX() {
  sandbox.intercept = async (request) =>
    (await request.clone().text()).includes('"to":["x')
      ? Response.json({ statusCode: 422, name: 'validation_error', message: 'no such mailbox' }, { status: 422 })
      : undefined
}

/** Does it while the provider has the first batch, before it answers. */
function whileSending(act: () => Promise<unknown>) {
  sandbox.intercept = async () => {
    sandbox.intercept = undefined
    await act()
    return undefined
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = []
  for await (const item of items) all.push(item)
  return all
}

const snapshot = async () => ({
  runs: await database.db.selectFrom('digest_runs').selectAll().orderBy('id').execute(),
  messages: await database.db.selectFrom('messages').selectAll().orderBy('id').execute(),
  digests: await database.db.selectFrom('digests').selectAll().orderBy('id').execute(),
})

describe('a run', () => {
  it('adds up to everyone who was due, whatever became of them', async () => {
    await suppress('gone@reader.example')
    await aReader(database.db, { email: 'read-it-all@reader.example', read_until: monday })
    const { id, readers } = await planned(['a', 'b', 'x', 'left', 'gone'])
    await leave(readers[3])
    refuseX()
    await send()
    const run = await getRun(context, id)
    expect(run).toMatchObject({
      status: 'done_with_gaps',
      due: 6,
      unplanned: 0,
      messages: { pending: 0, sending: 0, submitted: 2, canceled: 1, failed: 1, unknown: 0 },
      exclusions: { nothing_new: 1, suppressed: 1, missed: 0 },
      canceledBecause: { unsubscribed: 1 },
    })
    expect(await listRuns(context, { limit: 5 })).toEqual([run])
  })

  it('adds up at every moment of its sending', async () => {
    const { id } = await planned(many(450))
    const sending = send()
    const seen = []
    for (let look = 0; look < 12; look++) seen.push(await getRun(context, id))
    await sending
    expect(new Set(seen.map((run) => run.due))).toEqual(new Set([450]))
    expect(await getRun(context, id)).toMatchObject({ status: 'done', messages: { submitted: 450 } })
  })

  it('is being planned as long as a reader who is due was not taken', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-3) })
    for (const email of ['a@reader.example', 'b@reader.example']) await aReader(database.db, { email })
    const run = await openRun(context, await theNewsletterId(database.db), monday)
    expect(await getRun(context, run.id)).toMatchObject({ status: 'planning', due: 0, unplanned: 2 })
    await planSlice(context, run, monday, { end: 'first', size: 1, except: [] })
    expect(await getRun(context, run.id)).toMatchObject({ status: 'planning', due: 1, unplanned: 1 })
    await planSlice(context, run, monday, { end: 'first', size: 1, except: [] })
    expect(await getRun(context, run.id)).toMatchObject({ status: 'sending', due: 2, unplanned: 0 })
  })

  it('is listed newest first, no more of them than asked for', async () => {
    const newsletterId = await theNewsletterId(database.db)
    for (const day of [0, 2, 1]) await openRun(context, newsletterId, hours(day * 24))
    const scheduled = (await listRuns(context, { limit: 2 })).map((run) => run.scheduledFor)
    expect(scheduled).toEqual([hours(48), hours(24)])
  })
})

describe('pausing and resuming', () => {
  it('holds what is not under way, and then goes on with exactly that', async () => {
    const { id } = await planned(many(500))
    whileSending(() => pauseRun(context, id))
    await send(2)
    const held = await getRun(context, id)
    expect(held.status).toBe('paused')
    expect(held.messages.pending).toBeGreaterThan(0)
    expect(held.messages.sending).toBe(0)
    expect(await recipients()).toHaveLength(held.messages.submitted)

    expect(await resumeRun(context, id)).toMatchObject({ status: 'sending', pausedAt: null })
    await send()
    expect(await getRun(context, id)).toMatchObject({ status: 'done', messages: { submitted: 500 } })
    expect(new Set(await recipients()).size).toBe(500)
    expect(await recipients()).toHaveLength(500)
  })
})

describe('canceling', () => {
  it('calls off what waits, lets what is under way finish, and everyone is accounted for', async () => {
    const { id } = await planned(many(500))
    whileSending(() => cancelRun(context, id))
    await send(2)
    const run = await getRun(context, id)
    expect(run).toMatchObject({ status: 'canceled', due: 500, messages: { pending: 0, sending: 0, failed: 0 } })
    expect(run.messages.canceled).toBeGreaterThan(0)
    expect(run.messages.submitted + run.messages.canceled).toBe(500)
    expect(run.canceledBecause).toEqual({ 'run canceled': run.messages.canceled })
    expect(await recipients()).toHaveLength(run.messages.submitted)
  })

  it('leaves nothing waiting when a batch under way is refused afterwards', async () => {
    const { id } = await planned(['a', 'b'])
    const { batch } = await claimDigests(context)
    if (!batch) throw new Error('nothing was claimed')
    expect(await cancelRun(context, id)).toMatchObject({ status: 'canceled', messages: { sending: 2, canceled: 0 } })
    await settleBatch(context, batch, { kind: 'refused', remedy: 'later', reason: 'slow down', retryAfterMs: 0 })
    expect(await getRun(context, id)).toMatchObject({ messages: { sending: 0, pending: 0, canceled: 2 } })
    expect(await sendRest(context, id)).toMatchObject({ requeued: 2 })
    await send()
    expect(await recipients()).toHaveLength(2)
  })

  it('leaves nothing waiting, whichever of cancel and refusal comes first', async () => {
    const { id } = await planned(many(40))
    for (let round = 0; round < 10; round++) {
      const { batch } = await claimDigests(context)
      if (!batch) throw new Error('nothing was claimed')
      await Promise.all([
        settleBatch(context, batch, { kind: 'refused', remedy: 'later', reason: 'slow down', retryAfterMs: 0 }),
        cancelRun(context, id),
      ])
      expect(await getRun(context, id)).toMatchObject({ messages: { pending: 0, sending: 0, canceled: 40 } })
      expect(await sendRest(context, id)).toMatchObject({ requeued: 40, run: { status: 'sending' } })
    }
  })

  it('covers readers who are planned into the run afterwards', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-3) })
    for (const email of ['a@reader.example', 'b@reader.example']) await aReader(database.db, { email })
    const run = await openRun(context, await theNewsletterId(database.db), monday)
    await planSlice(context, run, monday, { end: 'first', size: 1, except: [] })
    await cancelRun(context, run.id)
    await planDigests(context, at(monday))
    expect(await getRun(context, run.id)).toMatchObject({
      status: 'canceled',
      due: 2,
      messages: { pending: 0, canceled: 2 },
      canceledBecause: { 'run canceled': 2 },
    })
    expect(await send()).toMatchObject({ submitted: 0 })
    await sendRest(context, run.id)
    await renderDigests(context, signal)
    expect(await send()).toMatchObject({ submitted: 2 })
  })
})

describe('sending the rest', () => {
  it('takes up what was refused or kept back, and nobody else', async () => {
    const { id, readers } = await planned([
      'submitted',
      'x-failed',
      'x-left',
      'x-gone',
      'sending',
      'unknown',
      'kept',
      'left',
    ])
    const set = (index: number, values: object) =>
      database.db
        .updateTable('messages')
        .set(values)
        .where('subscription_id', '=', readers[index]?.subscriptionId ?? 0)
        .execute()
    await set(4, { to_email: 'x-sending@reader.example' })
    for (const index of [0, 4, 5, 6, 7]) await set(index, { state: 'canceled', reason: 'later', settled_at: monday })
    refuseX()
    await send()
    for (const index of [4, 5]) await set(index, { state: 'pending', reason: null, settled_at: null })
    sandbox.intercept = async () => new Response('bad gateway', { status: 502 })
    await send()
    sandbox.intercept = undefined
    await set(0, { state: 'failed', reason: 'bounced later', provider_id: 'accepted-once' })
    await set(5, { state: 'unknown', settled_at: monday })
    await set(6, { reason: 'run canceled' })
    await leave(readers[2])
    await suppress('x-gone@reader.example')
    await set(7, { reason: 'unsubscribed' })

    const before = await snapshot()
    const { requeued, run } = await sendRest(context, id)
    expect(requeued).toBe(2)
    expect(run.messages).toMatchObject({ pending: 2, sending: 1, unknown: 1, canceled: 1, failed: 3 })
    const after = await snapshot()
    const changed = after.messages.filter(
      (row, index) => JSON.stringify(row) !== JSON.stringify(before.messages[index]),
    )
    expect(changed.map((row) => row.to_email)).toEqual(['x-failed@reader.example', 'kept@reader.example'])
    await send()
    expect(await recipients()).toEqual(['x-failed@reader.example', 'kept@reader.example'])
  })

  it('takes up what failed while a pause came, which holds nothing any more', async () => {
    const { id } = await planned(['x-failed', 'fine'])
    refuseX() // one lane: two at once would both pause
    const refusing = sandbox.intercept
    let isPaused = false
    sandbox.intercept = async (request, pass) => {
      if (!isPaused) await pauseRun(context, id)
      isPaused = true
      return refusing?.(request, pass)
    }
    await send(1)
    await resumeRun(context, id)
    sandbox.intercept = async (request, pass) => {
      if ((await getRun(context, id)).pausedAt === null) await pauseRun(context, id)
      return refusing?.(request, pass)
    }
    await send(1)
    for (let time = 0; time < 3 && (await getRun(context, id)).status === 'paused'; time++) {
      await resumeRun(context, id)
      await send(1)
    }
    expect(await getRun(context, id)).toMatchObject({ status: 'done_with_gaps', pausedAt: expect.any(Date) })
    sandbox.intercept = undefined
    expect(await sendRest(context, id)).toMatchObject({ requeued: 1, run: { status: 'sending', pausedAt: null } })
    await send(1)
    expect((await recipients()).sort()).toEqual(['fine@reader.example', 'x-failed@reader.example'])
  })

  it('may take longer than any other statement', async () => {
    const { id } = await planned(['a'])
    await sql`
      create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$;
      create trigger dawdle before update on messages for each row execute function dawdle()`.execute(database.db)
    const hurried = connect(database.url, { statementTimeoutMs: 100 })
    try {
      expect(await cancelRun({ ...context, db: hurried }, id)).toMatchObject({ messages: { canceled: 1 } })
      expect(await sendRest({ ...context, db: hurried }, id)).toMatchObject({ requeued: 1 })
    } finally {
      await hurried.destroy()
      await sql`drop trigger dawdle on messages; drop function dawdle()`.execute(database.db)
    }
  })

  it('mails nobody twice after a canceled run goes on', async () => {
    const { id } = await planned(many(300))
    whileSending(() => cancelRun(context, id))
    await send(2)
    await sendRest(context, id)
    await Promise.all([send(), send()])
    expect(await getRun(context, id)).toMatchObject({ status: 'done', messages: { submitted: 300 } })
    expect(new Set(await recipients()).size).toBe(300)
    expect(await recipients()).toHaveLength(300)
  })

  it('respects an unsubscribe that comes after it', async () => {
    const { id, readers } = await planned(['a', 'b'])
    await cancelRun(context, id)
    await sendRest(context, id)
    await leave(readers[0])
    await send()
    expect(await recipients()).toEqual(['b@reader.example'])
  })

  it('has a digest rendered again that was given up', async () => {
    const { id } = await planned(['a'])
    await database.db.updateTable('digests').set({ rendering_id: null, render_failures: 5 }).execute()
    await database.db
      .updateTable('messages')
      .set({ state: 'failed', reason: 'the digest could not be rendered', settled_at: monday })
      .execute()
    await sendRest(context, id)
    await planDigests(context, at(monday))
    expect(await send()).toMatchObject({ submitted: 1 })
  })
})

describe('who did not get it', () => {
  it('is everyone who was due and was not submitted, each once with the reason', async () => {
    await suppress('gone@reader.example')
    await aReader(database.db, { email: 'read-it-all@reader.example', read_until: monday })
    const { id, readers } = await planned(['a', 'x', 'left', 'gone', 'b'])
    await leave(readers[2])
    refuseX()
    await send()
    const expected = [
      { email: 'read-it-all@reader.example', state: 'excluded', reason: 'nothing_new' },
      { email: 'gone@reader.example', state: 'excluded', reason: 'suppressed' },
      { email: 'x@reader.example', state: 'failed', reason: expect.stringContaining('no such mailbox') },
      { email: 'left@reader.example', state: 'canceled', reason: 'unsubscribed' },
    ]
    for (const pageSize of [1, 2, 1_000]) {
      expect(await collect(await missingReaders(context, id, { pageSize }))).toEqual(expected)
    }
    const run = await getRun(context, id)
    expect(expected).toHaveLength(run.due - run.messages.submitted)
  })

  it('names who is due and not planned yet', async () => {
    const { id } = await planned(['a'])
    await aReader(database.db, { email: 'late@reader.example' })
    await aReader(database.db, { email: 'later@reader.example', next_digest_at: hours(1) })
    expect(await collect(await missingReaders(context, id, { pageSize: 1 }))).toEqual([
      { email: 'late@reader.example', state: 'due', reason: 'not planned yet' },
      { email: 'a@reader.example', state: 'pending', reason: 'waiting to be sent' },
    ])
  })

  it('does so also where the run was canceled', async () => {
    const { id } = await planned(['a'])
    await cancelRun(context, id)
    await aReader(database.db, { email: 'late@reader.example' })
    expect((await getRun(context, id)).unplanned).toBe(1)
    expect(await collect(await missingReaders(context, id))).toMatchObject([
      { email: 'late@reader.example', state: 'due' },
      { email: 'a@reader.example', state: 'canceled' },
    ])
  })

  it('names whose mail the provider took, and did not deliver', async () => {
    const { id } = await planned(['a', 'b', 'c', 'd'])
    await send()
    const of = (email: string) => database.db.updateTable('messages').where('to_email', '=', `${email}@reader.example`)
    await of('a')
      .set({ bounced_at: hours(1), bounce_kind: 'hard' })
      .execute()
    await of('b')
      .set({ suppressed_at: hours(1) })
      .execute()
    await of('c')
      .set({ bounced_at: hours(1), bounce_kind: 'soft', delivered_at: hours(2) })
      .execute()
    expect(await collect(await missingReaders(context, id))).toEqual([
      { email: 'a@reader.example', state: 'bounced', reason: 'the mailbox refused it' },
      { email: 'b@reader.example', state: 'suppressed', reason: 'the provider does not send to this address' },
    ])
  })

  it('says of those who wait what they wait for', async () => {
    const { id } = await planned(['a'])
    expect(await collect(await missingReaders(context, id))).toEqual([
      { email: 'a@reader.example', state: 'pending', reason: 'waiting to be sent' },
    ])
    await claimDigests(context)
    expect(await collect(await missingReaders(context, id))).toMatchObject([{ state: 'sending' }])
  })

  it('leaves out other runs that were planned at the same time', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-3) })
    for (const email of ['a@reader.example', 'c@reader.example']) await aReader(database.db, { email })
    await aReader(database.db, { email: 'b@reader.example', next_digest_at: hours(1) })
    const newsletterId = await theNewsletterId(database.db)
    const [first, second] = [
      await openRun(context, newsletterId, monday),
      await openRun(context, newsletterId, hours(1)),
    ]
    for (const run of [first, second, first])
      await planSlice(context, run, hours(1), { end: 'first', size: 1, except: [] })
    const emails = async (id: number) => (await collect(await missingReaders(context, id))).map(({ email }) => email[0])
    expect([await emails(first.id), await emails(second.id)]).toEqual([['a', 'c'], ['b']])
  })
})

describe('a decision that makes no sense', () => {
  const decisions = { pause: pauseRun, resume: resumeRun, cancel: cancelRun, 'send-rest': sendRest }
  type Name = keyof typeof decisions
  const situations = {
    waiting: async () => {},
    paused: (id: number) => pauseRun(context, id),
    canceled: (id: number) => cancelRun(context, id),
    done: () => send(),
    'canceled for want of consent': async (id: number) => {
      await cancelRun(context, id)
      await suppress('a@reader.example')
    },
  }

  it.each<[keyof typeof situations, Name, RegExp]>([
    ['waiting', 'resume', /^Run 1 is not paused: it goes on by itself, and newsmatro runs pause 1 holds it\.$/],
    ['waiting', 'send-rest', /^Run 1 has nothing to send again: .*--missing/],
    ['paused', 'pause', /^Run 1 is paused already: newsmatro runs resume 1 lets it go on\.$/],
    ['paused', 'send-rest', /^Run 1 is paused: .*resume 1/],
    ['canceled', 'pause', /^Run 1 is canceled: /],
    ['canceled', 'resume', /^Run 1 is canceled: .*send-rest 1/],
    ['canceled', 'cancel', /^Run 1 is canceled already: newsmatro runs send-rest 1 sends what was kept back\.$/],
    ['done', 'pause', /^Run 1 is done: /],
    ['done', 'resume', /^Run 1 is done: there is nothing to resume\.$/],
    ['done', 'cancel', /^Run 1 is done: /],
    ['done', 'send-rest', /^Run 1 has nothing to send again: /],
    ['canceled for want of consent', 'send-rest', /^Run 1 has nothing to send again: /],
  ])('of a run that is %s: %s changes nothing', async (situation, name, text) => {
    const { id } = await planned(['a'])
    await situations[situation](id)
    const before = await snapshot()
    await expect(decisions[name](context, id)).rejects.toMatchObject({
      name: 'PublicError',
      code: 'conflict',
      message: expect.stringMatching(text),
    })
    expect(await snapshot()).toEqual(before)
  })

  it.each(['pause', 'resume', 'cancel', 'send-rest'] as const)('%s of a run that is not there', async (name) => {
    await expect(decisions[name](context, 404)).rejects.toMatchObject({ name: 'PublicError', code: 'not_found' })
    await expect(getRun(context, 404)).rejects.toMatchObject({ code: 'not_found' })
    await expect(missingReaders(context, 404)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is made once when it is made twice at the same time', async () => {
    const { id } = await planned(['a'])
    const results = await Promise.allSettled([cancelRun(context, id), cancelRun(context, id), cancelRun(context, id)])
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  })
})
