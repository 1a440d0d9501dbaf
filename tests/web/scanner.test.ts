// What a link scanner of a mailbox does: it opens every link of every mail, in any order and more than once.
// tests/browser/scanner.test.ts does it with a browser that runs the pages' scripts.

import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { webFixture } from '#web-fixture'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { at, monday } from '../support/context.ts'
import { dumpTables } from '../support/dump.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { linksOf } from '../support/mail-links.ts'

const web = webFixture()

it('changes nothing by opening every link of every mail, with GET and HEAD, twice, in any order', async () => {
  const yesterday = new Date(monday.getTime() - 3_600_000)
  await anArticle(web.db, { firstSeenAt: yesterday, topics: ['climate'] })
  await anArticle(web.db, { firstSeenAt: yesterday, topics: ['sport'] })
  await aReader(web.db, { email: 'ada@reader.example', topics: ['climate', 'sport'] })
  await web.request('/subscribe', { method: 'POST', body: new URLSearchParams({ email: 'bob@reader.example' }) })
  await planDigests(web.context, at(monday))
  await sendMessages(web.context, createProvider(web.context.config), { signal: new AbortController().signal })

  const mails = await web.mails()
  expect(mails.map((mail) => mail.to)).toEqual([['bob@reader.example'], ['ada@reader.example']])
  const links = [...new Set(mails.flatMap((mail) => linksOf(mail, web.context.config.publicUrl)))]
  for (const kind of ['/confirm/', '/preferences/', '/unsubscribe/']) {
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
