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
  expect(preview).toMatchObject({ stories: 12, further: 3, editionDate: '2026-11-23', newsletter: 'newsmatro' })
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

it('writes it from a process of its own, and says in a line what is wrong', async () => {
  const own = await openTestDatabase()
  const db = connect(own.url)
  await anArticle(db, { title: 'Night trams', firstSeenAt: hours(-1), topics: ['sport'] })
  await db.destroy()
  const folder = await mkdtemp(join(tmpdir(), 'preview-'))
  const digest = (...args: string[]) => run(['digest', 'preview', ...args], { DATABASE_URL: own.url })
  const path = join(folder, 'deep', 'newsmatro-2026-11-23')
  const day = ['--at', monday.toISOString(), '--out', join(folder, 'deep')]
  expect(await digest('--topics', 'sport', ...day)).toEqual({
    code: 0,
    stdout: `Night trams\n${path}.html\n${path}.txt\n`,
    stderr: '',
  })
  expect((await digest('--topics', ' Sport,', ...day)).stdout).toContain('Night trams')
  expect(await readFile(`${path}.html`, 'utf8')).toContain('Night trams')
  expect(await readFile(`${path}.txt`, 'utf8')).toContain('Night trams')
  expect(JSON.parse((await digest(...day, '--json')).stdout)).toMatchObject({ stories: 1, html: `${path}.html` })

  const wrong = [
    [['--topics', 'nonsense', ...day], 'has no topic "nonsense". Those most in use are sport.'],
    [['--topics', ' ,', ...day], '--topics names none'],
    [['--subscriber', 'nobody@reader.example'], 'No reader of'],
    [['--subscriber', 'nobody@reader.example', '--topics', 'sport'], 'Either --subscriber, or --topics'],
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
