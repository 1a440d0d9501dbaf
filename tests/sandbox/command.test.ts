// `newsmatro sandbox` as an operator runs it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { serve } from '@hono/node-server'
import { Resend } from 'resend'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/platform/database/connect.ts'
import { openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'
import { testDatabase } from '../support/database.ts'
import { kill, said, testProgram } from '../support/program.ts'
import { email } from './support.ts'

const { start, run, dataFolder } = testProgram()
const database = testDatabase()
const secret = 'whsec_c2FuZGJveCB3ZWJob29rIHNlY3JldCBvZiAzMiBieXRlcw=='

type Env = Record<string, string>

async function startSandbox(args: string[] = [], env: Env = { DATABASE_URL: database.url }) {
  const started = start(['sandbox', '--port', '0', ...args], env)
  const baseUrl = await said(started, /RESEND_BASE_URL=(http\S+)[\s\S]*Ctrl-C/)
  const listed = async () => (await (await fetch(`${baseUrl}/inbox.json`)).json()).data as { id: string }[]
  return { child: started.child, started, resend: new Resend('re_sandbox', { baseUrl }), listed }
}

describe('newsmatro sandbox', () => {
  it.each(['embedded', 'configured'])(
    'keeps its mails and keys when it is killed (%s database)',
    async (kind) => {
      const env: Env = kind === 'configured' ? { DATABASE_URL: database.url } : {}
      const first = await startSandbox([], env)
      const answers = await Promise.all([
        first.resend.emails.send(email(), { idempotencyKey: 'one' }),
        first.resend.batch.send([email(), email()], { idempotencyKey: 'two' }),
      ])
      await kill(first.child)

      const second = await startSandbox([], env)
      const single = await second.resend.emails.send(email(), { idempotencyKey: 'one' })
      const batch = await second.resend.batch.send([email(), email()], { idempotencyKey: 'two' })
      expect([single.data, batch.data]).toEqual(answers.map(({ data }) => data))
      expect(single.data?.id).toEqual(expect.any(String))
      const changed = await second.resend.emails.send(email({ subject: 'Other' }), { idempotencyKey: 'one' })
      expect(changed.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' })
      expect(await second.listed()).toHaveLength(3)
    },
    90_000,
  )

  it('needs nothing of the service: neither its tables nor its configuration', async () => {
    const { child, resend, started } = await startSandbox([], {
      RESEND_API_KEY: 're_real',
      PUBLIC_URL: 'nonsense',
    })
    expect((await resend.emails.send(email())).error).toBeNull()
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(started.stderr).toBe('')
    const opened = await openEmbeddedDatabase(dataFolder())
    const db = connect(opened.url)
    const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
    expect(new Set(tables.map(({ schema }) => schema))).toEqual(new Set(['sandbox']))
    await db.destroy()
    await opened.close()
  }, 60_000)

  it('says that faults are on, and cuts connections of which the mail was accepted', async () => {
    const { started, resend, listed } = await startSandbox([
      ...['--faults', '7', '--fault-share', '1', '--fault-kinds', 'reset_after'],
    ])
    expect(started.stdout).toContain('FAULTS ARE ON, chosen by 7: 100% of requests')
    const cut = await resend.emails.send(email())
    expect(cut.error).toMatchObject({ statusCode: null })
    expect(await listed()).toHaveLength(1)
    expect(started.stderr).toContain('"event":"sandbox_fault","request":0,"kind":"reset_after"')
  }, 60_000)

  it('ends on Ctrl-C also while somebody waits for an answer that never comes', async () => {
    const { child, started, resend } = await startSandbox([
      ...['--faults', '7', '--fault-share', '1', '--fault-kinds', 'hang_before'],
    ])
    const answer = resend.emails.send(email())
    await expect.poll(() => started.stderr).toContain('hang_before')
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
    expect((await answer).error).toMatchObject({ statusCode: null })
  }, 60_000)

  it('posts events, signed, and again what was refused', async () => {
    const resend = new Resend('re_sandbox')
    const events: { id: string; type: string }[] = []
    const service = serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: async (request) => {
        const header = (name: string) => request.headers.get(`svix-${name}`) ?? ''
        const id = header('id')
        const { type } = resend.webhooks.verify({
          payload: await request.text(),
          headers: { id, timestamp: header('timestamp'), signature: header('signature') },
          webhookSecret: secret,
        })
        events.push({ id, type })
        return new Response(null, { status: events.length === 1 ? 503 : 204 })
      },
    })
    await once(service, 'listening')
    const { port } = service.address() as { port: number }
    const running = await startSandbox(['--webhook-url', `http://127.0.0.1:${port}/webhooks/resend`], {
      DATABASE_URL: database.url,
      RESEND_WEBHOOK_SECRET: secret,
    })
    await running.resend.emails.send(email())
    await expect
      .poll(() => events.map(({ type }) => type), { timeout: 20_000 })
      .toEqual(['email.sent', 'email.delivered', 'email.sent'])
    expect(events[2]?.id).toBe(events[0]?.id)
    service.close()
  }, 60_000)

  it('takes as many requests and mails as it was told', async () => {
    const { resend } = await startSandbox(['--requests-per-second', '7', '--daily-quota', '2', '--monthly-quota', '9'])
    const { headers } = await resend.batch.send([email(), email()])
    expect(headers).toMatchObject({
      'ratelimit-limit': '7',
      'x-resend-daily-quota': '2',
      'x-resend-monthly-quota': '2',
    })
    expect((await resend.emails.send(email())).error).toMatchObject({ name: 'daily_quota_exceeded' })
  }, 60_000)
})

describe('what cannot work', () => {
  it.each([
    [['--daily-quota', 'many'], {}, 'a whole number from 0'],
    [['--webhook-url', 'localhost:3000'], {}, 'a URL like http://localhost:3000/webhooks/resend'],
    [['--webhook-url', 'http://localhost:3000/'], {}, 'RESEND_WEBHOOK_SECRET is not set'],
    [['--webhook-url', 'http://localhost:3000/'], { RESEND_WEBHOOK_SECRET: 'abc' }, 'is not a signing secret'],
    [['--faults', 'seven'], {}, 'a whole number from 0'],
    [['--faults', '7', '--fault-share', '1.1'], {}, 'a number from 0 to 1'],
    [['--faults', '7', '--fault-kinds', 'fire'], {}, 'hang_before, reset_before'],
    [['--fault-share', '0.2'], {}, 'go with --faults <seed>'],
    [[], { DATABASE_URL: 'postgres://postgres@127.0.0.1:1/news' }, 'nothing listens there. Check DATABASE_URL'],
  ])(
    '%j %j says in one line what would do',
    async (args, env: Record<string, string>, text) => {
      const { code, stdout, stderr } = await run(['sandbox', ...args], env)
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(text)
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(stderr).toMatch(/^newsmatro: /)
    },
    30_000,
  )

  it('is a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, stderr } = await run(['sandbox', '--port', String(port)])
    other.close()
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `newsmatro: Port ${port} on 127.0.0.1 is in use: end what uses it, or choose another with --port.\n`,
    })
  }, 30_000)
})
