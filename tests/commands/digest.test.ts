import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hideArticle } from '../../src/articles/newsroom.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { previewDigest } from '../../src/digests/preview-digest.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { at, monday, testContext } from '../support/context.ts'
import { openTestDatabase, testDatabase } from '../support/database.ts'
import { anArticle, aReader, aTopic } from '../support/factories.ts'
import { testProgram } from '../support/program.ts'

const { run } = testProgram()
const database = testDatabase()
const hours = (number: number) => new Date(monday.getTime() + number * 3_600_000)

it('shows what would be sent, to the letter, and changes nothing', async () => {
  const { db } = database
  const context = testContext(db)
  for (let index = 0; index < 15; index++) await anArticle(db, { firstSeenAt: hours(-index), topics: ['sport'] })
  const hidden = await anArticle(db, { title: 'Hidden', firstSeenAt: hours(-1), topics: ['sport'] })
  await anArticle(db, { title: 'Of culture', firstSeenAt: hours(-1), topics: ['culture'] })
  await aTopic(db, 'climate')
  await hideArticle(context, String(hidden))
  await aReader(db, { email: 'ada@reader.example', topics: ['sport'], time_zone: 'Europe/Berlin', hour: 7 })

  const preview = await previewDigest(context, { addressKey: 'ada@reader.example' })
  const { id } = await db.selectFrom('subscribers').select('id').executeTakeFirstOrThrow()
  const whose = { readers: `subscriber-${id}`, frequency: 'daily', language: 'en' }
  const edition = { newsletter: 'newsmatro', editionDate: '2026-11-23' }
  expect(preview).toMatchObject({ stories: 12, further: 3, ...edition, ...whose })
  expect(await db.selectFrom('digests').select('id').execute()).toEqual([])
  await planDigests(context, at(monday))
  const { template } = await db.selectFrom('renderings').select('template').executeTakeFirstOrThrow()
  const { subject, html, text } = template as Record<'html' | 'text', (string | string[])[]> & { subject: string }
  const fill = (pieces: (string | string[])[]) =>
    pieces
      .map((piece) => (typeof piece === 'string' ? piece : piece[0] === 'confirmedOn' ? '20 November 2026' : 'preview'))
      .join('')
  expect({ subject, html: fill(html), text: fill(text) }).toEqual({
    subject: preview.subject,
    html: preview.html,
    text: preview.text,
  })

  await expect(previewDigest(context, { addressKey: 'ada@reader.example' })).rejects.toThrow('Nothing is new')
  expect(await previewDigest(context, { topics: ['culture'] })).toMatchObject({ subject: 'Of culture', stories: 1 })
  expect(await previewDigest(context, { topics: [] })).toMatchObject({ stories: 12, further: 4 })
  await expect(previewDigest(context, { topics: ['climate'] })).rejects.toThrow('Nothing is new')
  await expect(previewDigest(context, { topics: ['culture'], at: hours(-2) })).rejects.toThrow('Nothing is new')
})

it('goes back to the digest before, as often as it comes', async () => {
  const { db } = database
  const context = testContext(db)
  for (const [title, hour] of [
    ['Of Friday', -70],
    ['Of Wednesday', -120],
    ['Of long ago', -170],
  ] as const) {
    await anArticle(db, { title, firstSeenAt: hours(hour), topics: ['sport'] })
  }
  const titles = async (frequency: 'daily' | 'weekdays' | 'weekly', at = monday) => {
    const { text } = await previewDigest(context, { topics: [], frequency, at })
    return ['Of Friday', 'Of Wednesday', 'Of long ago'].filter((title) => text.includes(title))
  }
  expect(await titles('weekly')).toEqual(['Of Friday', 'Of Wednesday'])
  expect(await titles('weekdays')).toEqual(['Of Friday'])
  await expect(titles('daily')).rejects.toThrow('Nothing is new')
  await expect(titles('weekdays', hours(24))).rejects.toThrow('Nothing is new')
})

it('speaks a language that is asked for', async () => {
  const { db } = database
  await anArticle(db, { firstSeenAt: hours(-1), topics: ['sport'] })
  const preview = (language?: string) => previewDigest(testContext(db), { topics: [], language })
  expect((await preview()).html).toContain('Unsubscribe')
  expect(await preview('de-AT')).toMatchObject({ language: 'de-AT', html: expect.stringContaining('Abbestellen') })
  await expect(preview('tlh')).rejects.toThrow('Readers are not spoken to in "tlh": give one of en, de, fr, es, ar.')
})

it('writes it from a process of its own, and says in a line what is wrong', async () => {
  const own = await openTestDatabase()
  const db = connect(own.url)
  await anArticle(db, { title: 'Night trams', firstSeenAt: hours(-1), topics: ['sport'] })
  await db.destroy()
  const folder = await mkdtemp(join(tmpdir(), 'preview-'))
  const digest = (...args: string[]) => run(['digest', 'preview', ...args], { DATABASE_URL: own.url })
  const path = join(folder, 'deep', 'newsmatro-2026-11-23-sport-daily-en')
  const day = ['--at', monday.toISOString(), '--out', join(folder, 'deep')]
  expect(await digest('--topics', 'sport', ...day)).toEqual({
    code: 0,
    stdout: `Night trams\n${path}.html\n${path}.txt\n`,
    stderr: '',
  })
  expect((await digest('--topics', ' Sport,', ...day)).stdout).toContain('Night trams')
  expect(await readFile(`${path}.html`, 'utf8')).toContain('Night trams')
  expect(await readFile(`${path}.txt`, 'utf8')).toContain('Night trams')
  const all = join(folder, 'deep', 'newsmatro-2026-11-23-all-topics-weekly-fr')
  const others = ['--frequency', 'weekly', '--language', 'fr']
  expect(JSON.parse((await digest(...day, ...others, '--json')).stdout)).toMatchObject({
    stories: 1,
    html: `${all}.html`,
  })
  expect(await readFile(`${all}.html`, 'utf8')).toContain('lang="fr"')

  const wrong = [
    [['--topics', 'nonsense', ...day], 'has no topic "nonsense". Those most in use are sport.'],
    [['--topics', ' ,', ...day], '--topics names none'],
    [['--subscriber', 'nobody@reader.example'], 'No reader of'],
    [['--subscriber', 'nobody@reader.example', '--topics', 'sport'], 'Either --subscriber, or --topics'],
    [['--subscriber', 'nobody@reader.example', '--language', 'de'], 'Either --subscriber, or --topics'],
    [['--frequency', 'hourly'], 'Allowed choices are daily, weekdays, weekly.'],
    [['--language', 'tlh'], 'give one of en, de, fr, es, ar'],
    [['--at', 'yesterday'], 'It is a time like'],
    [['--newsletter', 'other'], 'no newsletter of that name'],
    [[...day.slice(0, 2), '--out', '/dev/null/there'], 'give another folder with --out'],
  ] as const
  for (const [args, words] of wrong) {
    const { code, stdout, stderr } = await digest(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(words)
    expect(stderr).toMatch(/^newsmatro: [^\n]*\n$/)
    expect(stderr).not.toContain('@reader.example')
  }
  await own.close()
  await rm(folder, { recursive: true })
}, 180_000)
