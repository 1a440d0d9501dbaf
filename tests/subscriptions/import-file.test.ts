import { beforeEach, describe, expect, it } from 'vitest'
import { createProvider } from '../../src/delivery/provider.ts'
import { sendMessages } from '../../src/delivery/send-messages.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { type ImportFileOptions, importFile, type RefusedLine } from '../../src/subscriptions/import-file.ts'
import { getNewsletter } from '../../src/subscriptions/newsletters.ts'
import { unsubscribe } from '../../src/subscriptions/unsubscribe.ts'
import { at, monday, type TestContext, testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'
import { anArticle, aReader, aTopic, digestsOf } from '../support/factories.ts'
import { mailingTo, startSandbox } from '../support/sandbox.ts'

const database = testDatabase()
let context: TestContext
beforeEach(() => {
  context = testContext(database.db)
})

const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)

async function* streamOf(parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? new TextEncoder().encode(part) : part
}

async function read(parts: readonly (string | Uint8Array)[], options: Partial<ImportFileOptions> = {}) {
  const refused: RefusedLine[] = []
  const summary = await importFile(context, await getNewsletter(database.db), streamOf(parts), {
    signal: new AbortController().signal,
    onRefused: async (lines) => void refused.push(...lines),
    ...options,
  })
  return { ...summary, report: refused.map(({ number, reason }) => `${number}: ${reason}`) }
}

const header = 'email,frequency,hour,timeZone,topics,confirmedAt,source\n'
const line = (email: string, rest = 'daily,7,Europe/Berlin,,2025-03-01T10:00:00Z,old system') => `${email},${rest}\n`
const subscriptions = () =>
  database.db
    .selectFrom('subscriptions as s')
    .innerJoin('subscribers as r', 'r.id', 's.subscriber_id')
    .selectAll('s')
    .select('r.email')
    .orderBy('s.id')
    .execute()
const byEmail = (rows: Awaited<ReturnType<typeof subscriptions>>) =>
  rows.toSorted((a, b) => (a.email < b.email ? -1 : 1))
const everything = async () => ({
  subscribers: await database.db.selectFrom('subscribers').selectAll().orderBy('id').execute(),
  subscriptions: await subscriptions(),
  choices: await database.db.selectFrom('topic_choices').selectAll().orderBy('id').execute(),
  events: await database.db.selectFrom('consent_events').selectAll().orderBy('id').execute(),
})

describe('importing a file of readers', () => {
  it('adds each with their choices and the proof of their consent', async () => {
    const politics = await aTopic(database.db, 'politics')
    const sport = await aTopic(database.db, 'sport')
    await aTopic(database.db, 'science')
    const result = await read([
      header,
      line(
        'Ada@Reader.example',
        'weekly,18,America/New_York,sport; politics,2025-03-01T10:00:00+02:00,"form, old ""system"""',
      ),
      line('grace@reader.example', ',,,,2024-02-29,'),
    ])
    expect(result).toEqual({
      ...{ lines: 2, added: 2, unchanged: 0, left: 0, suppressed: 0, skipped: 0, refused: 0 },
      ...{ isDryRun: false, isInterrupted: false, report: [] },
    })
    expect(await subscriptions()).toMatchObject([
      {
        email: 'Ada@reader.example',
        ...{ state: 'active', frequency: 'weekly', hour: 18, time_zone: 'America/New_York', weekday: 1 },
        confirmed_at: new Date('2025-03-01T08:00:00Z'),
        next_digest_at: new Date('2026-11-23T23:00:00Z'),
      },
      {
        email: 'grace@reader.example',
        ...{ state: 'active', frequency: 'daily', hour: 7, time_zone: 'UTC', topic_choice_id: null },
        confirmed_at: new Date('2024-02-29T00:00:00Z'),
        next_digest_at: new Date('2026-11-23T07:00:00Z'),
      },
    ])
    expect(
      (await database.db.selectFrom('topic_choice_topics').select('topic_id').execute()).map((row) => row.topic_id),
    ).toEqual([politics, sport])
    expect(await database.db.selectFrom('consent_events').selectAll().orderBy('id').execute()).toMatchObject([
      {
        kind: 'imported',
        source: 'import',
        occurred_at: monday,
        details: { source: 'form, old "system"', confirmedAt: '2025-03-01T08:00:00.000Z' },
      },
      { kind: 'imported', source: 'import', details: { confirmedAt: '2024-02-29T00:00:00.000Z' } },
    ])
  })

  it('takes the columns in any order, with what spreadsheets put around them', async () => {
    const result = await read([
      '\ufeffCONFIRMEDAT, email ,"hour"\r\n',
      '\r\n',
      '"2025-03-01 10:00:00","ada@reader.example",05\r\n',
      ',,\r\n',
      "2025-03-01,'=grace@reader.example,\r\n",
    ])
    expect(result).toMatchObject({ lines: 2, added: 2, report: [] })
    expect(byEmail(await subscriptions())).toMatchObject([
      { email: '=grace@reader.example', hour: 7 },
      { email: 'ada@reader.example', hour: 5, confirmed_at: new Date('2025-03-01T10:00:00Z') },
    ])
  })

  it('tells the first digest of the day before, not of all the years since they confirmed', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-200), title: 'Long ago' })
    await anArticle(database.db, { firstSeenAt: hours(-100), title: 'This week' })
    await anArticle(database.db, { firstSeenAt: hours(-20), title: 'Yesterday' })
    await read([
      header,
      line('daily@reader.example', 'daily,7,UTC,,2019-03-01T10:00:00Z,'),
      line('weekly@reader.example', 'weekly,7,UTC,,2019-03-01T10:00:00Z,'),
    ])
    context.clock.set(hours(1))
    await planDigests(context, at(hours(1)))
    const [daily, weekly] = await subscriptions()
    expect(await digestsOf(database.db, daily?.id ?? 0)).toEqual([['Yesterday']])
    expect(await digestsOf(database.db, weekly?.id ?? 0)).toEqual([['Yesterday', 'This week']])
  })

  it('changes nothing the second time', async () => {
    await aTopic(database.db, 'sport')
    await aTopic(database.db, 'science')
    const file = [
      header,
      line('ada@reader.example', 'weekly,9,UTC,sport,2025-03-01T10:00:00Z,'),
      line('grace@reader.example'),
    ]
    await read(file)
    const before = await everything()
    context.clock.set(hours(5))
    expect(await read(file)).toMatchObject({ lines: 2, added: 0, unchanged: 2 })
    expect(await read([header, line('ADA@reader.example')])).toMatchObject({ added: 0, unchanged: 1 })
    expect(await everything()).toEqual(before)
    await read([header, line('new@reader.example')])
    expect((await subscriptions()).map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it('brings nobody back who left, and confirms nobody who was asked', async () => {
    const gone = await aReader(database.db, { email: 'gone@reader.example' })
    await unsubscribe(context, gone.subscriptionId, 'unsubscribed_page', { source: 'link', ip: null, userAgent: null })
    await aReader(database.db, {
      email: 'complained@reader.example',
      state: 'ended',
      ended_reason: 'complaint',
      ended_at: monday,
      next_digest_at: null,
    })
    await aReader(database.db, {
      email: 'asked@reader.example',
      state: 'pending',
      next_digest_at: null,
      confirmed_at: null,
    })
    const before = await everything()
    expect(
      await read([
        header,
        line('Gone@reader.example'),
        line('complained@reader.example'),
        line('asked@reader.example'),
      ]),
    ).toMatchObject({ lines: 3, added: 0, left: 2, unchanged: 1, report: [] })
    expect(await everything()).toEqual(before)
  })

  it('adds who is suppressed, and goes on sending them nothing', async () => {
    await anArticle(database.db, { firstSeenAt: hours(-2) })
    await database.db
      .insertInto('suppressions')
      .values({ email_key: 'ada@reader.example', reason: 'hard_bounce', created_at: monday })
      .execute()
    expect(await read([header, line('Ada@reader.example'), line('grace@reader.example')])).toMatchObject({
      added: 2,
      suppressed: 1,
    })
    const sandbox = await startSandbox(context)
    const mailing = mailingTo(context, sandbox)
    await planDigests(mailing, at(hours(24)))
    await sendMessages(mailing, createProvider(mailing.config), { signal: new AbortController().signal })
    expect((await sandbox.mails()).map((mail) => mail.to[0])).toEqual(['grace@reader.example'])
    await sandbox.close()
    expect(await database.db.selectFrom('exclusions').select('reason').execute()).toEqual([{ reason: 'suppressed' }])
  })

  it('takes the language that a line names, or else the newsletter’s, also where that is none of ours', async () => {
    await database.db.updateTable('newsletters').set({ language: 'ja' }).execute()
    const languages = ['AR', 'fr-CA', '', 'JA', 'tlh', 'de or so']
    const lines = languages.map((language, place) => `r${place}@reader.example,2025-03-01,${language}\n`)
    const { added, report } = await read(['email,confirmedAt,language\n', ...lines])
    expect(added).toBe(4)
    expect(report).toEqual([
      '6: The language "tlh" is not one of en, de, fr, es, ar.',
      '7: The language "de or so" is not one of en, de, fr, es, ar.',
    ])
    expect(byEmail(await subscriptions()).map(({ language }) => language)).toEqual(['ar', 'fr', 'ja', 'ja'])
  })

  it('refuses line by line, with the number and the reason', async () => {
    await aTopic(database.db, 'sport')
    const ok = 'daily,7,UTC,,2025-03-01,'
    const result = await read([
      header, // 1
      line('ada@reader.example', ok), // 2
      line('nonsense', ok), // 3
      line('b@reader.example', 'daily,7,UTC,,,'), // 4
      line('c@reader.example', 'daily,7,UTC,,2026-11-23T06:00:00.001Z,'), // 5
      line('d@reader.example', 'daily,7,UTC,,2025-02-30,'), // 6
      line('e@reader.example', 'daily,7,UTC,,01/02/2025,'), // 7
      line('f@reader.example', 'daily,7,UTC,,1970-01-01,'), // 8
      line('g@reader.example', 'monthly,7,UTC,,2025-03-01,'), // 9
      line('h@reader.example', 'daily,24,UTC,,2025-03-01,'), // 10
      line('i@reader.example', 'daily,7,+02:00,,2025-03-01,'), // 11
      line('j@reader.example', 'daily,7,Mars/Base,,2025-03-01,'), // 12
      line('k@reader.example', 'daily,7,UTC,sport;opera,2025-03-01,'), // 13
      line('l@reader.example', 'daily,7'), // 14
      line('m@reader.example', `${ok},`), // 15
      '"n@reader.example,daily,7,UTC,,2025-03-01,\n', // 16
      'o"o@reader.example,daily,7,UTC,,2025-03-01,\n', // 17
      Uint8Array.of(0xe4, 0x2c, 0x0a), // 18
      `${'x'.repeat(17_000)}\n`, // 19
      line('Ada@reader.example', ok), // 20
      line('p@reader.example', `daily,7,UTC,,2025-03-01,${'x'.repeat(201)}`), // 21
      line('q@reader.example', 'daily,7,UTC,,2025-03-01,a\u0007b'), // 22
      line('r@reader.example', 'r@reader.example,7,UTC,,2025-03-01,'), // 23
      line('z@reader.example', ok), // 24
    ])
    expect(result.report).toEqual([
      '3: That is not an email address: it needs a name, an @ and a domain.',
      '4: There is no confirmedAt: without the time of their consent nobody is added.',
      '5: The confirmedAt "2026-11-23T06:00:00.001Z" is in the future.',
      '6: The confirmedAt "2025-02-30" is not a time like 2026-11-23T06:00:00Z.',
      '7: The confirmedAt "01/02/2025" is not a time like 2026-11-23T06:00:00Z.',
      '8: The confirmedAt "1970-01-01" is before 1990.',
      '9: The frequency "monthly" is not one of daily, weekdays, weekly.',
      '10: The hour "24" is not a whole number from 0 to 23.',
      '11: The time zone "+02:00" is not one, like Europe/Berlin.',
      '12: The time zone "Mars/Base" is not one, like Europe/Berlin.',
      '13: There is no topic "opera" in this newsletter.',
      '14: It has 3 cells, and the first line of the file 7.',
      '15: It has 8 cells, and the first line of the file 7.',
      '16: Its quotes are wrong: a cell is quoted as a whole, within a line, and a quote in it is doubled.',
      '17: Its quotes are wrong: a cell is quoted as a whole, within a line, and a quote in it is doubled.',
      '18: It is not in UTF-8.',
      '19: It is longer than 16384 bytes.',
      '20: The address is on line 2 already.',
      '21: The source is longer than 200 characters.',
      '22: The source has a character that cannot be seen.',
      '23: The frequency "[address]" is not one of daily, weekdays, weekly.',
    ])
    expect(result).toMatchObject({ lines: 23, added: 2, refused: 21 })
    expect((await subscriptions()).map(({ email }) => email)).toEqual(['ada@reader.example', 'z@reader.example'])
  })

  it('takes the first of several lines with one address, however far apart, and reports them again the next time', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => line(`r${index}@reader.example`))
    const file = [header, line('ada@reader.example', 'weekly,9,UTC,,2025-03-01,'), ...many, line('ADA@reader.example')]
    expect(await read(file)).toMatchObject({
      lines: 2_502,
      added: 2_501,
      report: ['2503: The address is on line 2 already.'],
    })
    expect(await read(file)).toMatchObject({ unchanged: 2_501, report: ['2503: The address is on line 2 already.'] })
    expect((await subscriptions())[0]).toMatchObject({ email: 'ada@reader.example', frequency: 'weekly' })
    const left = await database.db.introspection.getTables()
    expect(left.map(({ name }) => name)).not.toContainEqual(expect.stringMatching(/^seen_/))
  })

  it('keeps what is in when it is interrupted, and completes it when it is run again', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => line(`r${index}@reader.example`))
    const stopping = new AbortController()
    async function* interrupted() {
      yield* streamOf([header, many.slice(0, 1_500).join('')])
      stopping.abort()
      yield* streamOf([many.slice(1_500).join('')])
    }
    const newsletter = await getNewsletter(database.db)
    const first = await importFile(context, newsletter, interrupted(), { signal: stopping.signal })
    expect(first).toMatchObject({ lines: 1_000, added: 1_000, isInterrupted: true })
    expect(await subscriptions()).toHaveLength(1_000)
    expect(await read([header, ...many])).toMatchObject({ added: 1_500, unchanged: 1_000, isInterrupted: false })
  })

  it('says in a dry run what would happen, and changes nothing', async () => {
    await aTopic(database.db, 'sport')
    await aTopic(database.db, 'science')
    await aReader(database.db, { email: 'known@reader.example' })
    await database.db
      .insertInto('suppressions')
      .values({ email_key: 'ada@reader.example', reason: 'manual', created_at: monday })
      .execute()
    const gone = await aReader(database.db, { email: 'gone@reader.example' })
    await unsubscribe(context, gone.subscriptionId, 'unsubscribed_page', { source: 'link', ip: null, userAgent: null })
    const before = await everything()
    const file = [
      header,
      line('ada@reader.example', 'daily,7,UTC,sport,2025-03-01,'),
      line('known@reader.example'),
      line('gone@reader.example'),
      line('nonsense'),
      line('Ada@reader.example'),
    ]
    const dry = await read(file, { isDryRun: true })
    expect(dry).toMatchObject({ lines: 5, added: 1, suppressed: 1, unchanged: 1, left: 1, refused: 2, isDryRun: true })
    expect(await everything()).toEqual(before)
    expect(await read(file)).toEqual({ ...dry, isDryRun: false })
  })

  it('puts readers into the newsletter that it is given, beside the others that they have', async () => {
    await database.db.insertInto('newsletters').values({ slug: 'evening', name: 'Evening', language: 'de' }).execute()
    await aReader(database.db, { email: 'Ada@reader.example' })
    const evening = await getNewsletter(database.db, 'evening')
    const bytes = streamOf([header, line('ada@reader.example')])
    expect(await importFile(context, evening, bytes, { signal: new AbortController().signal })).toMatchObject({
      added: 1,
    })
    expect(await subscriptions()).toMatchObject([
      { email: 'Ada@reader.example', language: 'en' },
      { email: 'Ada@reader.example', language: 'de', newsletter_id: evening.id },
    ])
  })

  it('lets two imports of the same readers go on at once', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => line(`r${index}@reader.example`))
    const results = await Promise.all([read([header, ...many]), read([header, ...many.toReversed()])])
    expect(results.map(({ added, unchanged, refused }) => ({ lines: added + unchanged, refused }))).toEqual([
      { lines: 3_000, refused: 0 },
      { lines: 3_000, refused: 0 },
    ])
    expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(3_000)
    expect(await subscriptions()).toHaveLength(3_000)
    expect(await database.db.selectFrom('consent_events').select('id').execute()).toHaveLength(3_000)
  })

  it.each([
    ['nothing', [], 'The file is empty'],
    ['empty lines only', ['\n\r\n'], 'The file is empty'],
    ['no header', ['ada@reader.example,2025-03-01\n'], 'There is no "[address]", "2025-03-01"'],
    ['another separator', ['email;confirmedAt\n'], 'with commas between them: email, frequency'],
    ['an unknown column', ['email,confirmedAt,name\n'], 'There is no "name".'],
    ['no consent', ['email,hour\n'], 'It has to have "confirmedAt".'],
    ['a column twice', ['email,confirmedAt,Email\n'], 'There are several of "email".'],
    ['a header that is not UTF-8', [Uint8Array.of(0xff, 0xfe, 0x65, 0)], 'is not in UTF-8: save it as CSV in UTF-8'],
    ['no lines', ['x'.repeat(20_000)], 'too long to name columns'],
    ['open quotes', ['"email,confirmedAt\n'], 'Its quotes are wrong'],
  ])('of %s says so, and changes nothing', async (_, parts, message) => {
    await expect(read(parts)).rejects.toMatchObject({ name: 'PublicError', message: expect.stringContaining(message) })
    expect(await subscriptions()).toEqual([])
  })
})
