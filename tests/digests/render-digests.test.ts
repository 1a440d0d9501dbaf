import { beforeEach, describe, expect, it } from 'vitest'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { renderDigests } from '../../src/digests/render-digests.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'

const database = testDatabase()
const { signal } = new AbortController()
const givenUp = { state: 'failed', reason: 'the digest could not be rendered' }
const waiting = { state: 'pending', reason: null }
let working: TestContext
let broken: TestContext

beforeEach(async () => {
  working = testContext(database.db)
  broken = testContext(database.db, {
    random: () => {
      throw new Error('no randomness')
    },
  })
  await anArticle(database.db, { firstSeenAt: new Date(monday.getTime() - 3_600_000) })
})

const states = () =>
  database.db.selectFrom('messages').select(['state', 'reason']).orderBy('subscription_id').orderBy('id').execute()
describe('a digest that was given up', () => {
  beforeEach(async () => {
    await aReader(database.db)
    for (let tick = 1; tick <= 5; tick++) await planDigests(broken, at(monday))
    expect(await states()).toEqual([givenUp])
  })

  it('fails also the messages that are planned into it later', async () => {
    await aReader(database.db)
    await planDigests(broken, at(monday))
    expect(await states()).toEqual([givenUp, givenUp])
  })

  it('fails no message of another digest of its run', async () => {
    await aReader(database.db, { frequency: 'weekdays' })
    await planDigests(working, at(monday))
    expect(await states()).toEqual([givenUp, waiting])
  })
})

it('is made for each language of its readers, with the stories in that of the newsletter', async () => {
  for (const language of ['de', 'fr', 'fr']) {
    const { subscriptionId } = await aReader(database.db)
    await database.db.updateTable('subscriptions').set({ language }).where('id', '=', subscriptionId).execute()
  }
  await planDigests(working, at(monday))
  const templates = await database.db
    .selectFrom('digests as d')
    .innerJoin('renderings as r', 'r.id', 'd.rendering_id')
    .select(['d.language', 'r.template'])
    .orderBy('d.language')
    .execute()
  expect(templates.map(({ language }) => language)).toEqual(['de', 'fr'])
  const [german, french] = templates.map(({ template }) => JSON.stringify(template))
  expect(german).toContain('Alle Einstellungen')
  expect(french).toContain('Toutes les préférences')
  for (const template of [german, french]) expect(template).toMatch(/<h2[^>]*lang=\\+"en/)
})

describe('a digest that two processes try at once', () => {
  /** The context of a process that another overtakes as soon as it has read something. */
  const overtaken = (own: TestContext, other: () => Promise<unknown>): TestContext => {
    let isOvertaken = false
    const db = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (!isOvertaken) {
          isOvertaken = true
          await other()
        }
        return result
      },
    })
    return { ...own, db }
  }
  const digest = () =>
    database.db.selectFrom('digests').select(['rendering_id', 'render_failures']).executeTakeFirstOrThrow()

  beforeEach(async () => {
    await aReader(database.db)
    for (let tick = 1; tick <= 4; tick++) await planDigests(broken, at(monday))
  })

  it('stays rendered, and goes out, when one of them fails late', async () => {
    const late = overtaken(broken, () => renderDigests(working, signal))
    expect(await renderDigests(late, signal)).toEqual({ rendered: 0, failed: 0 })
    expect(await digest()).toEqual({ rendering_id: expect.any(Number), render_failures: 4 })
    expect(await states()).toEqual([waiting])
  })

  it('stays given up when one of them renders it late', async () => {
    const late = overtaken(working, () => renderDigests(broken, signal))
    expect(await renderDigests(late, signal)).toEqual({ rendered: 0, failed: 0 })
    expect(await digest()).toEqual({ rendering_id: null, render_failures: 5 })
    expect(await states()).toEqual([givenUp])
  })
})
