// What a publisher corrects or withdraws after planning, in everything that has not begun to be sent.
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { embargoArticle, hideArticle, showArticle } from '../../src/articles/newsroom.ts'
import type { IncomingArticle } from '../../src/articles/normalise-item.ts'
import { storeArticles } from '../../src/articles/store-articles.ts'
import { beginBatch } from '../../src/delivery/begin-batch.ts'
import { claimDigests, reclaimBatch } from '../../src/delivery/claim-batch.ts'
import { cancelRun, pauseRun, resumeRun, sendRest } from '../../src/delivery/control-run.ts'
import { missingReaders } from '../../src/delivery/missing-readers.ts'
import { createProvider } from '../../src/delivery/provider.ts'
import { getRun } from '../../src/delivery/runs.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { settleBatch } from '../../src/delivery/settle-batch.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { renderDigests } from '../../src/digests/render-digests.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { joinTransaction } from '../../src/platform/database/join-transaction.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { at, monday, type TestContext } from '../support/context.ts'
import { testDatabase, theNewsletterId } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { someoneWaits } from '../support/locks.ts'
import { startMailing, type TestSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let sandbox: TestSandbox
let context: TestContext
let other: Database

beforeEach(async () => {
  ;({ context, sandbox } = await startMailing(database.db))
  other = connect(database.url)
})
afterEach(async () => {
  await other.destroy()
  await sandbox.close()
})

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)
const { signal } = new AbortController()
const send = () => sendMessages(context, createProvider(context.config), { signal })
const render = () => renderDigests(context, signal)
const isServer = () => inject('testDatabase').kind === 'server'

/** An article of the feed, the first of them the best. */
const story = (name: string, ago = 3, more: object = {}) =>
  anArticle(database.db, {
    title: `${name} as written`,
    item_key: name,
    url: `https://news.example/${name}`,
    url_key: `https://news.example/${name}`,
    firstSeenAt: hours(-ago),
    ...more,
  })

/** The feed is read, and tells it under another headline. */
async function correct(using: TestContext, name: string, title: string, more: Partial<IncomingArticle> = {}) {
  const feed = await using.db.selectFrom('feeds').select('id').executeTakeFirstOrThrow()
  const item: IncomingArticle = {
    position: 0,
    itemKey: name,
    sharedGuidKey: `${name} shared`,
    url: `https://news.example/${name}`,
    urlKey: `https://news.example/${name}`,
    title,
    summary: '',
    imageUrl: null,
    imageAlt: '',
    authors: [],
    publishedAt: hours(-3),
    topics: [],
    contentHash: title,
    ...more,
  }
  const storing = { id: feed.id, newsletterId: await theNewsletterId(using.db), lastSucceededAt: null }
  await using.db.transaction().execute((trx) => storeArticles(trx, using.clock, storing, [item]))
}

const plan = () => planDigests(context, at(monday))
const claimed = async () => {
  const { batch } = await claimDigests(context)
  if (!batch) throw new Error('nothing was claimed')
  return batch
}
const runId = async () => (await database.db.selectFrom('digest_runs').select('id').executeTakeFirstOrThrow()).id
const digest = () => database.db.selectFrom('digests').selectAll().executeTakeFirstOrThrow()
const withdrawn = 'its stories were withdrawn'

describe('a story that is corrected after planning', () => {
  it('is told as corrected, subject and all', async () => {
    await story('tram')
    await aReader(database.db)
    await plan()
    await correct(context, 'tram', 'Trams stop', {
      summary: 'From Monday on.',
      imageUrl: 'https://news.example/new.jpg',
      authors: ['N. Ewby'],
    })
    expect(await send()).toMatchObject({ submitted: 0 })
    expect(await render()).toEqual({ rendered: 1, failed: 0 })
    await send()
    const [mail, ...more] = await sandbox.mails()
    expect(more).toEqual([])
    expect(mail?.subject).toBe('Trams stop')
    for (const text of ['Trams stop', 'From Monday on.', 'N. Ewby']) {
      expect(mail?.html).toContain(text)
      expect(mail?.text).toContain(text)
    }
    expect(mail?.html).toContain('new.jpg')
    expect(`${mail?.html} ${mail?.text}`).not.toContain('as written')
  })

  it('costs a digest that does not tell it nothing', async () => {
    await story('tram', 3, { topics: ['city'] })
    await story('bus', 3, { topics: ['sport'] })
    await aReader(database.db, { topics: ['city'] })
    await aReader(database.db, { topics: ['sport'] })
    await plan()
    await correct(context, 'tram', 'Trams stop')
    const { rows } = await sql<{ told: string; made: boolean }>`
      select a.item_key as told, g.rendering_id is not null as made
      from digests g join digest_articles d on d.digest_id = g.id join articles a on a.id = d.article_id order by 1`.execute(
      database.db,
    )
    expect(rows).toEqual([
      { told: 'bus', made: true },
      { told: 'tram', made: false },
    ])
  })

  it('is not what is sent by a batch that was claimed and has not begun, whoever begins it', async () => {
    await story('tram')
    for (let index = 0; index < 3; index++) await aReader(database.db)
    await plan()
    const batch = await claimed()
    await correct(context, 'tram', 'Trams stop')
    context.clock.set(hours(1))
    const taken = await reclaimBatch(context)
    if (!taken) throw new Error('nothing was claimed')
    expect([taken.id, taken.isTried]).toEqual([batch.id, false])
    expect(await beginBatch(context, taken)).toBe('stories changed')
    await settleBatch(context, taken, { kind: 'refused', remedy: 'later', reason: 'stories changed', retryAfterMs: 0 })
    await render()
    await send()
    expect((await sandbox.mails()).map(({ subject }) => subject)).toEqual(Array(3).fill('Trams stop'))
  })

  it('stays as it was in a batch that has begun, byte for byte, and is new to the rest', async () => {
    await story('tram')
    const readers = [await aReader(database.db), await aReader(database.db)]
    await plan()
    const bodies: string[] = []
    sandbox.intercept = async (request) => {
      bodies.push(await request.clone().text())
      if (bodies.length > 1) return undefined
      return Response.json({ statusCode: 500, name: 'application_error', message: 'later' }, { status: 500 })
    }
    const enough = new AbortController()
    await sendMessages(context, createProvider(context.config), {
      signal: enough.signal,
      batchSize: 1,
      lanes: 1,
      onProgress: () => enough.abort(),
    })
    await correct(context, 'tram', 'Trams stop')
    await render()
    context.clock.set(hours(1))
    await send()
    expect(bodies[1]).toBe(bodies[0])
    const subjects = new Map((await sandbox.mails()).map(({ to, subject }) => [to[0], subject]))
    expect(readers.map(({ email }) => subjects.get(email))).toEqual(['tram as written', 'Trams stop'])
  })

  it('is told as corrected by what a cancel, a pause or a refusal kept back', async () => {
    await story('tram')
    for (let index = 0; index < 3; index++) await aReader(database.db)
    await plan()
    const id = await runId()
    await pauseRun(context, id)
    await correct(context, 'tram', 'Trams stop')
    await render()
    await resumeRun(context, id)
    await cancelRun(context, id)
    await correct(context, 'tram', 'Trams go')
    expect(await render()).toEqual({ rendered: 0, failed: 0 })
    await sendRest(context, id)
    expect(await render()).toEqual({ rendered: 1, failed: 0 })
    await send()
    expect((await sandbox.mails()).map(({ subject }) => subject)).toEqual(Array(3).fill('Trams go'))
  })

  it('goes out as corrected or not at all: what cannot be rendered fails', async () => {
    await story('tram')
    await aReader(database.db)
    await plan()
    const broken = { ...context, random: () => { throw new Error('no randomness') } } // biome-ignore format: one thing
    await correct(context, 'tram', 'Trams stop')
    for (let tick = 1; tick <= 5; tick++) {
      await renderDigests(broken, signal)
      expect(await send()).toMatchObject({ submitted: 0 })
    }
    expect(await getRun(context, await runId())).toMatchObject({ status: 'done_with_gaps', messages: { failed: 1 } })
    await correct(context, 'tram', 'Trams go')
    await sendRest(context, await runId())
    await render()
    await send()
    expect((await sandbox.mails()).map(({ subject }) => subject)).toEqual(['Trams go'])
  })

  it('is seen by a rendering that is just under way', async () => {
    await story('tram')
    await aReader(database.db)
    let isCorrected = false
    const reading = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (!isCorrected && JSON.stringify(result.rows).includes('tram as written')) {
          isCorrected = true
          await correct(context, 'tram', 'Trams stop')
        }
        return result
      },
    })
    await planDigests({ ...context, db: reading }, at(monday))
    expect(isCorrected).toBe(true)
    expect((await digest()).rendering_id).toBeNull()
    await render()
    await send()
    expect((await sandbox.mails()).map(({ subject }) => subject)).toEqual(['Trams stop'])
  })
})

describe('a correction at the moment of a begin', () => {
  it('is seen by a begin that had to wait for it', async ({ skip }) => {
    skip(!isServer(), 'all connections are one session on the embedded database: nothing there waits')
    await story('tram')
    await aReader(database.db)
    await plan()
    const batch = await claimed()
    let beginning: ReturnType<typeof beginBatch> | undefined
    await other.transaction().execute(async (trx) => {
      await correct(joinTransaction(context, trx) as TestContext, 'tram', 'Trams stop')
      beginning = beginBatch(context, batch)
      await someoneWaits(database.db, beginning)
    })
    expect(await beginning).toBe('stories changed')
  })

  it('waits for a begin that was first, and comes after it', async ({ skip }) => {
    skip(!isServer(), 'all connections are one session on the embedded database: nothing there waits')
    const id = await story('tram')
    await aReader(database.db)
    await plan()
    const batch = await claimed()
    let hiding: Promise<unknown> | undefined
    await database.db.transaction().execute(async (trx) => {
      expect(await beginBatch(joinTransaction(context, trx), batch)).toBeNull()
      hiding = hideArticle({ ...context, db: other }, String(id))
      await someoneWaits(trx, hiding)
      expect((await trx.selectFrom('articles').select('hidden_at').executeTakeFirstOrThrow()).hidden_at).toBeNull()
    })
    await hiding
    expect((await digest()).rendering_id).toBeNull()
  })
})

describe('a story that is withdrawn after planning', () => {
  it('is taken out: another leads, and what is further is counted without it', async () => {
    const lead = await story('tram', 1)
    for (let index = 0; index < 14; index++) await story(`other${index}`, 2 + index / 10)
    await aReader(database.db)
    await plan()
    expect((await digest()).further_count).toBe(3)
    await hideArticle(context, String(lead))
    await hideArticle(context, 'https://news.example/other13')
    await render()
    await send()
    const [mail] = await sandbox.mails()
    expect(mail?.subject).toBe('other0 as written')
    expect(mail?.text).toContain('2 more stories on the site')
    for (const gone of ['tram', 'other13']) expect(`${mail?.html} ${mail?.text}`).not.toContain(`${gone} as`)
    expect((await digest()).further_count).toBe(2)
  })

  it('ends a digest that has no other: canceled, with the reason, and the sums are right', async () => {
    const id = await story('tram')
    for (let index = 0; index < 3; index++) await aReader(database.db, { email: `r${index}@reader.example` })
    await plan()
    await hideArticle(context, String(id))
    const run = await runId()
    expect(await getRun(context, run)).toMatchObject({ due: 3, messages: { pending: 3 } })
    await plan()
    expect(await getRun(context, run)).toMatchObject({
      status: 'done',
      due: 3,
      messages: { canceled: 3 },
      canceledBecause: { [withdrawn]: 3 },
    })
    const { value: missing } = await (await missingReaders(context, run)).next()
    expect(missing).toEqual({ email: 'r0@reader.example', state: 'canceled', reason: withdrawn })
    await expect(sendRest(context, run)).rejects.toThrow('nothing to send again')

    // Nor does a later digest tell it, where it is shown again: it cannot be known of each reader whether they had been told.
    await showArticle(context, String(id))
    context.clock.set(hours(24))
    expect(await planDigests(context, at(hours(24)))).toMatchObject({ messages: 0, excluded: { nothing_new: 3 } })
    await send()
    expect(await sandbox.mails()).toEqual([])
  })

  it('is back in what has not begun when it is shown again', async () => {
    const id = await story('tram', 1)
    await story('bus', 2)
    await aReader(database.db)
    await plan()
    await hideArticle(context, String(id))
    await render()
    await showArticle(context, String(id))
    await render()
    await send()
    expect((await sandbox.mails())[0]?.subject).toBe('tram as written')
  })

  it('is counted anew only where somebody waits, and where what was kept back is sent after all', async () => {
    const far = [await story('tram', 7), await story('bus', 8)].map(String)
    for (let index = 0; index < 13; index++) await story(`other${index}`, 1 + index / 10)
    await aReader(database.db)
    await plan()
    const [one = '', two = ''] = far
    const further = async () => [(await digest()).further_count, (await digest()).rendering_id !== null]
    expect(await further()).toEqual([3, true])
    const batch = await claimed()
    await hideArticle(context, one)
    expect(await beginBatch(context, batch)).toBe('stories changed')
    await render()
    expect(await further()).toEqual([3, false])
    await settleBatch(context, batch, { kind: 'refused', remedy: 'later', reason: 'stories changed', retryAfterMs: 0 })
    await render()
    expect(await further()).toEqual([2, true])
    await cancelRun(context, await runId())
    await hideArticle(context, two)
    expect(await further()).toEqual([2, true])
    await sendRest(context, await runId())
    await render()
    expect(await further()).toEqual([1, true])
    await send()
    expect((await sandbox.mails())[0]?.text).toContain('One more story on the site')
    await showArticle(context, one)
    expect(await further()).toEqual([1, true])
  })

  it('cannot be put under an embargo, and is not withdrawn by its feed no longer having it', async () => {
    const id = await story('tram')
    await aReader(database.db)
    await plan()
    await expect(embargoArticle(context, String(id), hours(5))).rejects.toThrow('hide it')
    await correct(context, 'bus', 'Another story is all that the feed has')
    await send()
    expect((await sandbox.mails())[0]?.subject).toBe('tram as written')
  })
})
