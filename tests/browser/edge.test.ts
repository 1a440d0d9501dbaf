// npm run dev:edge, as somebody who tries the worker uses it: the worker as wrangler bundles it, in a real browser.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'
import { sandboxTables } from '../../src/sandbox/tables.ts'
import { freePort } from '../support/free-port.ts'
import { linksOf } from '../support/mail-links.ts'
import { testBrowser } from './browser.ts'

const browser = testBrowser()
let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'newsmatro-dev-edge-'))
})
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

it('subscribes, confirms, sends a digest and unsubscribes in workerd, and ends on Ctrl-C', async () => {
  const port = await freePort()
  const url = `http://localhost:${port}`
  child = spawn(process.execPath, ['--import', 'tsx', 'tests/edge/dev.ts'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), DATA_FOLDER: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout?.on('data', (data) => {
    said += data
  })
  child.stderr?.on('data', (data) => {
    said += data
  })
  await expect.poll(() => said, { timeout: 100_000 }).toContain('Ctrl-C ends it.')

  const database = await openEmbeddedDatabase(folder)
  const db = connect(database.url, { poolSize: 1 })
  const link = async (kind: string) => {
    const find = async () => {
      const mails = await sandboxTables(db).selectFrom('emails').selectAll().orderBy('position').execute()
      return mails.flatMap((mail) => linksOf(mail, url)).findLast((path) => path.startsWith(`/${kind}/`))
    }
    await expect.poll(find).toBeDefined()
    return `${url}${await find()}`
  }
  try {
    const page = await browser.open({ width: 360, scripts: true, colorScheme: 'light' })
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    await page.goto(url)
    await page.getByLabel('Email address').fill('ada@reader.example')
    await press('Subscribe')
    await page.goto(await link('confirm'))
    await press('Confirm my subscription')
    await page.getByRole('heading', { name: 'You are subscribed' }).waitFor()

    // Their hour comes; the next tick is this minute's, once more.
    await db
      .updateTable('subscriptions')
      .set({ next_digest_at: new Date(Date.now() - 60_000) })
      .execute()
    await db
      .updateTable('articles')
      .set({ first_seen_at: new Date(Date.now() - 600_000) })
      .execute()
    await fetch(
      `${url}/cdn-cgi/local/scheduled?${new URLSearchParams({ cron: '* * * * *', time: String(Date.now()) })}`,
    )
    await page.goto(await link('unsubscribe'))
    await press('Unsubscribe')
    await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor()
    expect(await db.selectFrom('subscriptions').select('state').execute()).toEqual([{ state: 'ended' }])
  } finally {
    await db.destroy()
    await database.close()
  }
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code, said).toBe(0)
})
