import { beforeEach, describe, expect, it } from 'vitest'
import { csvLine } from '../../src/platform/csv-line.ts'
import { deriveToken } from '../../src/platform/signed-token.ts'
import { confirm } from '../../src/subscriptions/confirmations.ts'
import { type ExportOptions, exportSubscribers, readerCells } from '../../src/subscriptions/export-subscribers.ts'
import { importFile } from '../../src/subscriptions/import-file.ts'
import { getNewsletter } from '../../src/subscriptions/newsletters.ts'
import { changePreferences } from '../../src/subscriptions/preferences.ts'
import { readerColumns } from '../../src/subscriptions/reader-file.ts'
import { subscribe } from '../../src/subscriptions/subscribe.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { emptyDatabase } from '../support/empty-database.ts'
import { aReader, aTopic } from '../support/factories.ts'

const database = testDatabase()
let context: TestContext
beforeEach(async () => {
  context = testContext(database.db)
  for (const slug of ['sport', 'science', 'politics']) await aTopic(database.db, slug)
})

const evidence = { source: 'form', ip: null, userAgent: null } as const

async function exported(options: ExportOptions = {}) {
  const readers = []
  for await (const reader of exportSubscribers(context, await getNewsletter(database.db), options)) readers.push(reader)
  return readers
}

const asFile = async (options: ExportOptions = {}) =>
  [readerColumns, ...(await exported(options)).map(readerCells)].map(csvLine).join('')

async function importText(text: string) {
  async function* bytes() {
    yield new TextEncoder().encode(text)
  }
  const reasons: string[] = []
  const summary = await importFile(context, await getNewsletter(database.db), bytes(), {
    signal: new AbortController().signal,
    onRefused: async (lines) => void reasons.push(...lines.map(({ reason }) => reason)),
  })
  return { ...summary, reasons }
}

/** A reader who came in by the form and pressed the button. */
async function confirmedReader(email: string): Promise<number> {
  await subscribe(context, { email }, { ...evidence, source: 'api' })
  const { nonce, subscription_id } = await database.db
    .selectFrom('confirmations')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  await confirm(context, await deriveToken(context.keys, 'test', nonce), { ...evidence, source: 'link' })
  return subscription_id
}

/** One of each kind. */
async function readers() {
  const subscriptionId = await confirmedReader('Ada@reader.example')
  await changePreferences(
    context,
    subscriptionId,
    { topics: ['sport', 'science'], frequency: 'weekly', weekday: 5 },
    evidence,
  )
  await subscribe(context, { email: 'ada@reader.example' }, evidence) // changes nothing: she is subscribed
  await importText(
    'email,confirmedAt,source,timeZone,language\n=cmd|\'/C!A1@reader.example,2025-03-01,-old system,Asia/Tokyo,de-AT\n"\'=x@reader.example",2025-03-01,"a, ""b""",,\n',
  )
  await subscribe(context, { email: 'asked@reader.example' }, evidence)
  const gone = await confirmedReader('gone@reader.example')
  await unsubscribe(context, gone, 'unsubscribed_page', { ...evidence, source: 'link' })
}

describe('exporting readers', () => {
  it('goes on behind those who are not subscribed, however many', async () => {
    await readers()
    await confirmedReader('last@reader.example')
    const emails = (await exported({ pageSize: 1 })).map(({ email }) => email)
    expect(emails).toEqual([
      'Ada@reader.example',
      "=cmd|'/C!A1@reader.example",
      '=x@reader.example',
      'last@reader.example',
    ])
  })

  it('gives those who are subscribed, as they came, with where their consent is from', async () => {
    await readers()
    expect(await exported({ pageSize: 2 })).toEqual([
      {
        email: 'Ada@reader.example',
        ...{ frequency: 'weekly', weekday: 5, hour: 7, timeZone: 'UTC', language: 'en', topics: ['science', 'sport'] },
        ...{ confirmedAt: monday, source: 'api', state: 'active' },
      },
      // the importer took its apostrophe for a guard
      expect.objectContaining({
        ...{ email: "=cmd|'/C!A1@reader.example", timeZone: 'Asia/Tokyo', language: 'de', source: '-old system' },
      }),
      expect.objectContaining({ email: '=x@reader.example', source: 'a, "b"', confirmedAt: new Date('2025-03-01') }),
    ])
  })

  it('gives all of them when asked to', async () => {
    await readers()
    const states = (await exported({ isAll: true, pageSize: 1 })).map(({ email, state }) => `${email} ${state}`)
    expect(states.slice(-2)).toEqual(['asked@reader.example pending', 'gone@reader.example ended'])
    expect(states).toHaveLength(5)
  })

  it('runs as no formula in a spreadsheet', async () => {
    await readers()
    for (const line of (await asFile({ isAll: true })).split('\r\n')) expect(line).not.toMatch(/(^|,)"?[=+\-@]/)
  })

  it('is read by the import, which changes nothing', async () => {
    await readers()
    await aReader(database.db, { email: "'=y@reader.example", confirmed_at: '2025-01-01T00:00:00Z' })
    const before = await exported({ isAll: true })
    const events = await database.db.selectFrom('consent_events').selectAll().execute()
    expect(await importText(await asFile())).toMatchObject({ lines: 4, unchanged: 4, reasons: [] })
    expect(await importText(await asFile({ isAll: true }))).toMatchObject({
      lines: 6,
      unchanged: 4,
      skipped: 2,
      reasons: [],
    })
    expect(await exported({ isAll: true })).toEqual(before)
    expect(await database.db.selectFrom('consent_events').selectAll().execute()).toEqual(events)
  })

  it('is read by the import of another installation, which then exports the same', async () => {
    await readers()
    await aReader(database.db, { email: "'=y@reader.example", confirmed_at: '2025-01-01T00:00:00Z' })
    const before = await asFile()
    const all = await asFile({ isAll: true })
    await emptyDatabase(database.db)
    for (const slug of ['politics', 'science', 'sport']) await aTopic(database.db, slug)
    expect(await importText(all)).toMatchObject({ added: 4, skipped: 2, reasons: [] })
    // who had no history has one now; a set is not added in the order of its lines
    const sorted = (text: string) => text.split('\r\n').toSorted()
    expect(sorted(await asFile())).toEqual(sorted(before.replace(/Z,,active\r\n$/, 'Z,import,active\r\n')))
  })
})
