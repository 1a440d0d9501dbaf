import { expect, it } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { openTestDatabase } from '../support/database.ts'
import { anArticle } from '../support/factories.ts'
import { testProgram } from '../support/program.ts'

const { run } = testProgram()

it('lists articles and decides about them, from processes of their own', async () => {
  const database = await openTestDatabase()
  const articles = (...args: string[]) => run(['articles', ...args], { DATABASE_URL: database.url })
  expect((await articles('list')).stdout).toBe('No articles yet.\n')
  const firstSeenAt = new Date('2026-11-23T06:00:00Z')
  const db = connect(database.url)
  const id = await anArticle(db, { title: 'Night trams', firstSeenAt, url_key: 'https://news.example/tram' })
  await db.destroy()

  expect(await articles('pin', 'https://news.example/tram?utm_source=x')).toEqual({
    code: 0,
    stdout: `${id}  Night trams  pinned\n`,
    stderr: '',
  })
  expect(JSON.parse((await articles('hide', String(id), '--json')).stdout)).toMatchObject({
    id,
    hidden_at: expect.any(String),
  })
  expect((await articles('list', '--decided')).stdout).toBe(`${id}  Night trams  pinned, hidden\n`)
  await articles('show', String(id))
  expect((await articles('unpin', String(id))).stdout).toMatch(new RegExp(`^${id}  Night trams  seen 2026-`))
  expect((await articles('embargo', String(id), '--until', '2096-01-01T07:00:00+01:00')).stdout).toBe(
    `${id}  Night trams  not before 2096-01-01T06:00:00.000Z\n`,
  )
  expect((await articles('embargo', String(id), '--lift')).stdout).toMatch(/seen 2026-/)

  // A window was closed over it: whose digest was planned then is told of it no more.
  const later = connect(database.url)
  await later
    .insertInto('digest_runs')
    .values({
      newsletter_id: 1,
      scheduled_for: firstSeenAt,
      window_end: '2096-01-01T00:00:00Z',
      created_at: firstSeenAt,
    })
    .execute()
  await later.destroy()
  expect((await articles('pin', String(id))).stdout).toContain(
    'told by digests up to 2096-01-01T00:00:00.000Z, it leads only',
  )

  const wrong = [
    [['pin', '999'], 'There is no article 999'],
    [['pin', 'https://news.example/none'], 'There is no article with that address'],
    [['hide', 'nonsense'], 'named by its number or its address'],
    [['embargo', String(id)], 'either --until or --lift'],
    [['embargo', String(id), '--until', '2020-01-01T00:00:00Z'], 'ends in the future'],
    [['embargo', String(id), '--until', '2096-01-01T07:00:00'], 'It is a time like'],
    [['list', '--newsletter', 'other'], 'no newsletter of that name'],
    [['show'], "missing required argument 'article'"],
  ] as const
  for (const [args, text] of wrong) {
    const { code, stdout, stderr } = await articles(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(text)
    expect(stderr).toMatch(/^newsmatro: [^\n]*\n$/)
  }
  expect((await articles('--help')).stdout).toContain('embargo')
  await database.close()
}, 180_000)
