// The program as a person or a supervisor runs it: real processes.
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { describe, expect, it } from 'vitest'
import { connect } from '../src/platform/database/connect.ts'
import { openEmbeddedDatabase } from '../src/platform/database/embedded.ts'
import { openTestDatabase } from './support/database.ts'
import { anArticle, aReader } from './support/factories.ts'
import { freePort } from './support/free-port.ts'
import { said, testProgram } from './support/program.ts'

const { start, run, dataFolder } = testProgram()

const feed = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link>
  <item><title>Bridge opens</title><link>https://news.example/bridge</link><guid>1</guid>
  <description>The bridge is open.</description><pubDate>${new Date().toUTCString()}</pubDate></item></channel></rss>`

describe('newsmatro start', () => {
  it('serves, keeps what it was given over a restart, and ends with 0 on Ctrl-C', async () => {
    const env = { PORT: '0' }
    const first = start(['start'], env)
    const url = await said(first, /Newsmatro is at (http\S+)/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${url}/privacy`)).text()).toContain('this is a trial')
    const answer = await fetch(`${url}/subscribe`, {
      method: 'POST',
      body: JSON.stringify({ email: 'ada@reader.example' }),
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(202)
    const inbox = await said(first, /inbox is at (http\S+)/)
    await expect.poll(async () => (await (await fetch(`${inbox}/inbox.json`)).json()).data.length).toBe(1)
    expect(first.stderr + first.stdout).not.toContain('ada@')

    const stoppedAt = performance.now()
    first.child.kill('SIGINT')
    const [code] = await once(first.child, 'close')
    expect(code).toBe(0)
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    expect(first.stderr).not.toContain('"level":"error"')

    const second = start(['start'], env)
    const again = await said(second, /inbox is at (http\S+)/)
    expect((await (await fetch(`${again}/inbox.json`)).json()).data).toHaveLength(1)
  }, 60_000)

  it('ends within 10 s when the provider does not answer, and loses nothing', async () => {
    const asked: string[] = []
    const provider = createHttpServer((request) => asked.push(request.url ?? '')).listen(0, '127.0.0.1')
    await once(provider, 'listening')
    const { port } = provider.address() as { port: number }
    const env = { PORT: '0', RESEND_API_KEY: 're_own', RESEND_BASE_URL: `http://127.0.0.1:${port}` }
    const service = start(['start'], env)
    const url = await said(service, /Newsmatro is at (http\S+)/)
    await fetch(`${url}/subscribe`, { method: 'POST', body: new URLSearchParams({ email: 'ada@reader.example' }) })
    await expect.poll(() => asked).toEqual(['/emails'])
    const stoppedAt = performance.now()
    service.child.kill('SIGINT')
    expect(await once(service.child, 'close')).toEqual([0, null])
    expect(performance.now() - stoppedAt).toBeLessThan(10_000)
    provider.closeAllConnections()
    provider.close()
    const opened = await openEmbeddedDatabase(dataFolder())
    const db = connect(opened.url)
    expect(await db.selectFrom('messages').select('state').execute()).toEqual([{ state: 'sending' }])
    await db.destroy()
    await opened.close()
  }, 60_000)

  it('lets another command use the embedded database that it runs', async () => {
    const service = start(['start'], { PORT: '0' })
    await said(service, /Newsmatro is at (http\S+)/)
    const { code, stdout } = await run(['feeds', 'list', '--json'])
    expect({ code, feeds: JSON.parse(stdout) }).toEqual({ code: 0, feeds: [] })
  }, 60_000)
})

describe('the jobs, one by one, on a database and a provider of one’s own', () => {
  it('carry an article from a feed to the provider, and start no sandbox', async () => {
    const calls: { path: string; key: string | undefined; body: unknown }[] = []
    const provider = serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        const { pathname } = new URL(request.url)
        if (pathname === '/feed.xml') return new Response(feed)
        const body = await request.json()
        calls.push({ path: pathname, key: request.headers.get('idempotency-key') ?? undefined, body })
        return Response.json(
          Array.isArray(body)
            ? { data: body.map((_, index) => ({ id: `id-${index}` })) }
            : { id: `single-${calls.length}` },
        )
      },
    })
    await once(provider, 'listening')
    const { port } = provider.address() as { port: number }
    const database = await openTestDatabase()
    const env = {
      DATABASE_URL: database.url,
      RESEND_API_KEY: 're_own',
      RESEND_BASE_URL: `http://127.0.0.1:${port}`,
      ALLOW_PRIVATE_FEEDS: 'true',
      PORT: '0',
    }
    expect(await run(['feeds', 'add', `http://127.0.0.1:${port}/feed.xml`], env)).toMatchObject({ code: 0 })
    const polled = await run(['jobs', 'run', 'poll-feeds', '--json'], env)
    expect(JSON.parse(polled.stdout)).toMatchObject({ polled: 1, added: 1, failed: 0 })

    const service = start(['start'], env)
    const url = await said(service, /Newsmatro is at (http\S+)/)
    await fetch(`${url}/subscribe`, {
      method: 'POST',
      body: JSON.stringify({ email: 'ada@reader.example', hour: 7 }),
      headers: { 'content-type': 'application/json' },
    })
    await expect.poll(() => calls.length).toBe(1)
    expect(calls[0]?.path).toBe('/emails')
    const [first] = calls
    const { text } = (first?.body ?? { text: '' }) as { text: string }
    const link = /\/confirm\/[A-Za-z0-9_-]{43}/.exec(text)?.[0]
    expect((await fetch(`${url}${link}`, { method: 'POST' })).status).toBe(200)
    await expect.poll(() => calls.length).toBe(2) // the welcome
    expect(service.stdout).not.toContain('sandbox')
    service.child.kill('SIGTERM')
    expect(await once(service.child, 'close')).toEqual([0, null])

    const db = connect(database.url)
    const { next_digest_at } = await db.selectFrom('subscriptions').select('next_digest_at').executeTakeFirstOrThrow()
    const sandboxes = await db.introspection.getSchemas()
    expect(sandboxes.map((schema) => schema.name)).not.toContain('sandbox')
    await db.destroy()
    const planned = await run(
      ['jobs', 'run', 'plan-digests', '--at', next_digest_at?.toISOString() ?? '', '--json'],
      env,
    )
    expect(JSON.parse(planned.stdout)).toMatchObject({ due: 1, messages: 1, digests: 1 })
    const sent = await run(['jobs', 'run', 'send-messages', '--json'], env)
    expect(JSON.parse(sent.stdout)).toMatchObject({ submitted: 1, halted: null })
    expect(calls[2]).toMatchObject({
      path: '/emails/batch',
      key: expect.any(String),
      body: [{ to: ['ada@reader.example'], subject: 'Bridge opens' }],
    })

    provider.close()
    await database.close()
  }, 90_000)
})

describe('newsmatro runs', () => {
  it('shows, pauses, follows and completes a run from processes of their own', async () => {
    const database = await openTestDatabase()
    const db = connect(database.url)
    await anArticle(db, { firstSeenAt: new Date('2026-11-23T03:00:00Z') })
    for (const email of ['=ada@reader.example', 'grace@reader.example']) await aReader(db, { email })
    const env = { DATABASE_URL: database.url }
    expect(await run(['runs', 'list'], env)).toMatchObject({ code: 0, stdout: expect.stringContaining('No runs yet') })
    await run(['jobs', 'run', 'plan-digests', '--at', '2026-11-23T06:00:00Z'], env)

    expect(await run(['runs', 'pause', '1'], env)).toEqual({
      code: 0,
      stdout: 'Run 1 is paused: paused, 0 of 2 submitted, 2 pending\n',
      stderr: '',
    })
    expect(await run(['runs', 'cancel', '7'], env)).toMatchObject({
      code: 1,
      stderr: 'newsmatro: There is no run 7: newsmatro runs list shows which there are.\n',
    })
    const again = await run(['runs', 'pause', '1'], env)
    expect(again).toEqual({
      code: 1,
      stdout: '',
      stderr: 'newsmatro: Run 1 is paused already: newsmatro runs resume 1 lets it go on.\n',
    })
    const missing = await run(['runs', 'show', '1', '--missing'], env)
    expect(missing.stdout).toBe(
      "email,state,reason\r\n'=ada@reader.example,pending,waiting to be sent\r\ngrace@reader.example,pending,waiting to be sent\r\n",
    )
    const asJson = await run(['runs', 'show', '1', '--missing', '--format', 'json'], env)
    expect(JSON.parse(asJson.stdout)).toHaveLength(2)

    const following = start(['runs', 'show', '1', '--follow'], env)
    await said(following, /paused, 0 of 2 submitted, 2 pending/)
    await run(['runs', 'cancel', '1'], env)
    expect(await once(following.child, 'close')).toEqual([0, null])
    expect(following.stdout).toMatch(/canceled +2 \(run canceled 2\)/)

    const rest = await run(['runs', 'send-rest', '1', '--json'], env)
    expect(JSON.parse(rest.stdout)).toMatchObject({ requeued: 2, run: { id: 1, status: 'sending', due: 2 } })
    const watching = start(['runs', 'show', '1', '--follow', '--json'], env)
    await said(watching, /"status":"sending"/)
    watching.child.kill('SIGINT')
    expect(await once(watching.child, 'close')).toEqual([130, null])
    await run(['jobs', 'run', 'send-messages'], env)
    const shown = await run(['runs', 'show', '1', '--json'], env)
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'done', due: 2, messages: { submitted: 2 } })
    expect((await run(['runs', 'show', '1', '--missing', '--json'], env)).stdout).toBe('[]\n')
    await db.destroy()
    await database.close()
  }, 120_000)
})

describe('what cannot work', () => {
  it.each([
    [['start'], { DATABASE_URL: 'postgres://postgres@127.0.0.1:1/news' }, 'nothing listens there. Check DATABASE_URL'],
    [['start'], { DATABASE_URL: 'nonsense' }, 'DATABASE_URL is not a postgres:// URL'],
    [['start'], { RESEND_API_KEY: 're_real' }, 'SIGNING_KEYS is not set'],
    [['start'], { RESEND_BASE_URL: 'http://127.0.0.1:1' }, 'RESEND_API_KEY is not'],
    [['migrate'], { DATA_FOLDER: '/dev/null/data' }, 'cannot be written: make it writable'],
    [['feeds', 'add', 'file:///etc/passwd'], {}, 'http'],
    [
      ['jobs', 'run', 'nothing'],
      {},
      'poll-feeds, plan-digests, handle-mails, write-letters, send-messages, publish-digests, forget-events',
    ],
    [['jobs', 'run', 'plan-digests', '--at', 'noon'], {}, 'a time like 2026-11-23T06:00:00Z'],
    [['jobs', 'run', 'plan-digests', '--at', '2036-01-01T00:00:00Z'], {}, 'at most a week ahead'],
    [['runs', 'show', '7'], {}, 'There is no database in'],
    [['runs', 'cancel', '7'], {}, 'There is no database in'],
    [['runs', 'resume', 'seven'], {}, 'a whole number from 1'],
    [['runs', 'send-rest', '99999999999999999999'], {}, 'a whole number from 1'],
    [['runs', 'list', '--limit', '0'], {}, 'a whole number from 1'],
    [['runs', 'show', '7', '--follow', '--missing'], {}, 'not both'],
    [['runs', 'show', '7', '--format', 'csv'], {}, 'goes with --missing'],
    [['runs', 'show', '7', '--missing', '--format', 'xml'], {}, 'csv, json'],
    [['demo', '--readers', '0'], {}, 'a whole number from 1'],
    [['demo', '--once', '--feed', '/no/such/file'], {}, 'cannot be read'],
  ])(
    '%j %j says in one line what would do',
    async (args, env, text) => {
      const { code, stdout, stderr } = await run(args, env)
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toContain(text)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(/^newsmatro: /)
    },
    30_000,
  )

  it('is a port that is taken', async () => {
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const { code, stderr } = await run(['start'], { PORT: String(port) })
    other.close()
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `newsmatro: Port ${port} on 127.0.0.1 is in use: end what uses it, or choose another with PORT.\n`,
    })
  }, 30_000)
})
