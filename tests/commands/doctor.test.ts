import { once } from 'node:events'
import { access, readdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { openTestDatabase } from '../support/database.ts'
import { anArticle, aReader } from '../support/factories.ts'
import { said, testProgram } from '../support/program.ts'

const { start, run, dataFolder } = testProgram()

it('looks at the embedded database, alone and beside the service', async () => {
  const env = { PORT: '0', ALLOW_PRIVATE_FEEDS: 'true' }
  expect(await run(['feeds', 'add', 'http://127.0.0.1:9/feed.xml'], env)).toMatchObject({ code: 0 })
  const alone = await run(['doctor'], env)
  expect(alone).toMatchObject({ code: 0, stderr: '' })
  expect(alone.stdout).toMatch(/^✓ ok +database +PostgreSQL \d+\.\d+ answers in \d+ ms$/m)
  expect(alone.stdout).toMatch(/^- not checked +sender domain +sandbox: /m)
  expect(alone.stdout).toMatch(/\nNothing is wrong; 2 not checked\.\n$/)

  const service = start(['start'], env)
  await said(service, /Newsmatro is at (http\S+)/)
  const beside = await run(['doctor', '--json'], env)
  const { ok, checks } = JSON.parse(beside.stdout)
  expect({ code: beside.code, ok, stderr: beside.stderr }).toEqual({ code: 0, ok: true, stderr: '' })
  for (const check of checks) {
    expect(check).toEqual({
      name: expect.stringMatching(/^[a-z-]+$/),
      status: expect.stringMatching(/^(ok|not checked)$/),
      found: expect.any(String),
      remedy: null,
    })
  }
}, 120_000)

it('makes no data folder, and no database in one that is there', async () => {
  const folder = join(dataFolder(), 'absent')
  const absent = await run(['doctor'], { DATA_FOLDER: folder })
  expect(absent).toMatchObject({ code: 1, stderr: '' })
  expect(absent.stdout).toMatch(/^✗ problem +database +There is no database in .*\/absent: newsmatro start makes one/m)
  expect(absent.stdout).toMatch(/^- not checked +stuck leases +the database cannot be used$/m)
  await expect(access(folder)).rejects.toThrow('ENOENT')
  expect(await run(['doctor'])).toMatchObject({ code: 1 })
  expect(await readdir(dataFolder())).toEqual([])
}, 120_000)

it('says in a line that the database cannot be reached, and ends with 1', async () => {
  const { code, stdout, stderr } = await run(['doctor', '--json'], {
    DATABASE_URL: 'postgres://user:geheim@127.0.0.1:1/none',
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  const { ok, checks } = JSON.parse(stdout)
  expect(ok).toBe(false)
  expect(checks.find(({ name }: { name: string }) => name === 'database')).toMatchObject({
    status: 'problem',
    found: expect.stringContaining('127.0.0.1:1/none cannot be used: nothing listens there'),
  })
  expect(stdout).not.toContain('geheim')
}, 120_000)

it('ends with 1 where something is a problem, and with 0 where it only warns', async () => {
  const database = await openTestDatabase()
  const db = connect(database.url)
  const env = { DATABASE_URL: database.url }
  expect(await run(['doctor'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^! warning +feeds +.*\n +→ newsmatro feeds add <url>\n[\s\S]*\n1 warning; 2 not checked\.\n$/m,
    ),
  })
  await anArticle(db, { firstSeenAt: new Date() })
  await aReader(db, { next_digest_at: new Date(Date.now() - 3_600_000) })
  const { code, stdout } = await run(['doctor'], env)
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^✗ problem +due but unplanned +newsmatro: 1 reader, for 60 min\n +→ See that newsmatro start is running/m,
  )
  expect(stdout).toMatch(/\n1 problem; 2 not checked\.\n$/)
  expect(stdout).not.toContain('@reader.example')
  await db.destroy()
  await database.close()
}, 120_000)

it('does not wait for a database or a provider that does not answer', async () => {
  const deaf = createServer(() => {}).listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  const { port } = deaf.address() as { port: number }
  const askedAt = performance.now()
  const { code, stdout, stderr } = await run(['doctor'], {
    DATABASE_URL: `postgres://user@127.0.0.1:${port}/none`,
    RESEND_API_KEY: 're_own',
    RESEND_BASE_URL: `http://127.0.0.1:${port}`,
  })
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toMatch(/^✗ problem +database +.* it does not answer/m)
  expect(stdout).toMatch(/^✗ problem +provider key +the provider gives no answer that can be read$/m)
  expect(performance.now() - askedAt).toBeLessThan(25_000)
  deaf.close()
}, 120_000)
