// What a link scanner of a mailbox does: it opens every link of every mail, in any order and more than once.
// tests/browser/scanner.test.ts does it with a browser that runs the pages' scripts.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { type Answer, storeAnswer } from '../../src/inbound/answer-mail.ts'
import { findReader } from '../../src/inbound/reader.ts'
import { signToken } from '../../src/platform/signed-token.ts'
import { at, monday } from '../support/context.ts'
import { dumpTables } from '../support/dump.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { linksOf } from '../support/mail-links.ts'

const web = webFixture()

it('changes nothing by opening every link of every mail, with GET and HEAD, twice, in any order', async () => {
  const yesterday = new Date(monday.getTime() - 3_600_000)
  await anArticle(web.db, { title: 'A river moves', firstSeenAt: yesterday, topics: ['climate'] })
  await anArticle(web.db, { title: 'A match ends', firstSeenAt: yesterday, topics: ['sport'] })
  const ada = await aReader(web.db, { email: 'ada@reader.example', topics: ['climate', 'sport'] })
  const post = (path: string, fields: Record<string, string>) =>
    web.request(path, { method: 'POST', body: new URLSearchParams(fields) })
  await post('/subscribe', { email: 'bob@reader.example' })
  await post('/my-link', { email: 'ada@reader.example' })
  const { keys } = web.context
  const preferences = `/preferences/${signToken(keys, keys.newestId, 'preferences', ada.subscriptionId)}`
  await post(`${preferences}/address`, { email: 'eve@reader.example' })
  await answerAll(ada.subscriptionId)
  await planDigests(web.context, at(monday))
  await sendMessages(web.context, createProvider(web.context.config), { signal: new AbortController().signal })

  const mails = await web.mails()
  expect(mails.map(({ to, subject }) => `${to[0]?.split('@')[0]}: ${subject}`).sort()).toEqual([
    'ada: A match ends',
    'ada: What you can do by mail',
    'ada: You are unsubscribed',
    'ada: Your address for Newsmatro is about to change',
    'ada: Your digest is not paused',
    'ada: Your digest is paused',
    'ada: Your digest now comes once a week, on Friday',
    'ada: Your link to Newsmatro',
    'bob: Confirm your subscription to Newsmatro',
    'eve: Confirm your new address for Newsmatro',
  ])
  const links = [...new Set(mails.flatMap((mail) => linksOf(mail, web.context.config.publicUrl)))]
  for (const kind of ['/confirm/', '/address/', '/preferences/', '/unsubscribe/']) {
    expect(
      links.some((link) => link.startsWith(kind)),
      `a link to ${kind}`,
    ).toBe(true)
  }

  const visits = links.flatMap((link) => ['GET', 'HEAD', 'GET', 'HEAD'].map((method) => ({ link, method })))
  const before = await dumpTables(web.db)
  const inAnyOrder = fc.shuffledSubarray(visits, { minLength: visits.length })
  await fc.assert(
    fc.asyncProperty(inAnyOrder, async (shuffled) => {
      for (const { link, method } of shuffled) {
        expect((await web.request(link, { method })).status, `${method} ${link.split('/')[1]}`).toBe(200)
      }
      expect(await dumpTables(web.db)).toEqual(before)
    }),
    { numRuns: 4 },
  )
  expect(await web.mails()).toHaveLength(mails.length)
})

/** The answers to commands, each with its links. */
async function answerAll(subscriptionId: number): Promise<void> {
  const { db, context } = web
  const next = { at: monday, timeZone: 'UTC' }
  const answers: [Answer, string][] = [
    [{ kind: 'frequency', frequency: 'weekly', weekday: 5, next }, '?frequency=daily&weekday=1'],
    [{ kind: 'paused', until: '2026-12-07', next }, '?pauseDays=0'],
    [{ kind: 'resumed', next, wasPaused: true }, '?pauseUntil=2026-12-07'],
    [{ kind: 'stopped' }, ''],
    [{ kind: 'help', isAsked: true, next }, ''],
  ]
  const mail = { from: '', subject: '', text: '', html: '', headers: new Map(), messageId: '<a@reader.example>' }
  await db.transaction().execute(async (trx) => {
    const reader = await findReader(trx, context.clock.sqlNow, subscriptionId)
    if (!reader) throw new Error('no reader')
    for (const [answer, undo] of answers)
      await storeAnswer(context, trx, reader, answer, { kind: 'answer', mail, undo })
  })
}
