// A link scanner with a browser: it opens every link of every mail, and runs what scripts the pages have.
import { expect, it } from 'vitest'
import { monday } from '../support/context.ts'
import { dumpTables } from '../support/dump.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { linksOf } from '../support/mail-links.ts'
import { testBrowser } from './browser.ts'
import { testService } from './service.ts'

const browser = testBrowser()
const service = testService()

it('changes nothing', async () => {
  await anArticle(service.db, { firstSeenAt: new Date(monday.getTime() - 3_600_000), topics: ['climate'] })
  await aReader(service.db, { email: 'ada@reader.example' })
  await fetch(`${service.url}/subscribe`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'bob@reader.example' }),
  })
  await service.link('confirm')
  await service.sendDigests(monday)
  const mails = await service.mails()
  const links = [...new Set(mails.flatMap((mail) => linksOf(mail, service.url)))]
  const kinds = links.map((link) => link.split('/')[1])
  expect(kinds).toEqual(expect.arrayContaining(['confirm', 'preferences', 'unsubscribe']))

  const page = await browser.open({ width: 1280, scripts: true, colorScheme: 'light' }, { hasWorker: true })
  const before = await dumpTables(service.db)
  for (const link of [...links, ...links.toReversed()]) {
    expect((await page.goto(`${service.url}${link}`, { waitUntil: 'networkidle' }))?.status()).toBe(200)
  }
  expect(await dumpTables(service.db)).toEqual(before)
  expect(await service.mails()).toHaveLength(mails.length)
})
