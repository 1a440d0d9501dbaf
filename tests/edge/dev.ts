// npm run dev:edge: the worker in workerd, as wrangler runs it, on the embedded database through Hyperdrive's local
// connection string, with the sandbox as Resend and the sample feed. Needs no network, no account, no key. Ctrl-C ends it.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { addFeed } from '../../src/articles/feeds.ts'
import { openDemoFeed } from '../../src/demo/demo-feed.ts'
import { openRuntime, sandboxKey } from '../../src/node-runtime.ts'
import { readConfig } from '../../src/platform/config.ts'
import { openEmbeddedDatabase } from '../../src/platform/database/embedded.ts'
import { PublicError } from '../../src/platform/errors.ts'
import { createLog } from '../../src/platform/log.ts'
import { projectFolder, wranglerEnvironment, wranglerProgram } from './wrangler.ts'

const startTimeoutMs = 120_000
const pollMs = 250
const endTimeoutMs = 5_000
const tickMs = 60_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const complain = (line: string) => process.stderr.write(`${line}\n`)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

const closers: (() => Promise<unknown>)[] = []
try {
  await run()
} catch (error) {
  if (!stopping.signal.aborted) {
    complain(error instanceof PublicError ? error.message : String(error instanceof Error ? error.stack : error))
    process.exitCode = 1
  }
} finally {
  for (const close of closers.reverse()) await close()
}
process.exit()

async function run(): Promise<void> {
  // Nothing of the environment but these: with a key in it, this would mail people.
  const { PORT, DATA_FOLDER } = process.env
  const port = readConfig({ PORT }).port
  const config = readConfig({ PORT, DATA_FOLDER, ALLOW_PRIVATE_FEEDS: 'true', PUBLIC_URL: `http://localhost:${port}` })
  const log = createLog(complain)

  const database = await openEmbeddedDatabase(config.dataFolder)
  closers.push(() => database.close())
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`
  const working = new Set<Promise<unknown>>()
  const background = (work: Promise<unknown>) => {
    working.add(work)
    work.finally(() => working.delete(work))
  }
  const runtime = await openRuntime({ ...config, webhookSecrets: [webhookSecret] }, log, {
    sandboxPort: port + 1,
    webhooks: { serviceUrl: `http://127.0.0.1:${port}`, background },
  })
  closers.push(() => runtime.close())
  closers.push(() => Promise.allSettled(working))

  const feed = await openDemoFeed(undefined, new Date())
  closers.push(() => feed.close())
  // The sample's port is another each time, so what an earlier start left is taken away.
  await runtime.context.db
    .updateTable('feeds')
    .set({ url: feed.url, next_poll_at: runtime.context.clock.sqlNow })
    .where('url', 'like', 'http://localhost:%/feed.xml')
    .execute()
  await addFeed(runtime.context, { url: feed.url })

  say('Starting workerd …')
  const worker = startWrangler(port, database.url, {
    PUBLIC_URL: config.publicUrl,
    RESEND_API_KEY: sandboxKey,
    RESEND_BASE_URL: `http://127.0.0.1:${port + 1}`,
    RESEND_WEBHOOK_SECRET: webhookSecret,
    ALLOW_PRIVATE_FEEDS: 'true',
  })
  closers.push(() => end(worker))
  const ended = once(worker, 'exit')
  const origin = `http://127.0.0.1:${port}`
  await Promise.race([untilReady(origin), ended])
  if (worker.exitCode !== null) throw new PublicError('unavailable', 'wrangler ended: see what it said above.')
  if (stopping.signal.aborted) return

  say(`The worker    ${config.publicUrl}`)
  say(`The inbox     ${runtime.inboxUrl}`)
  say(`The database  ${config.dataFolder} (embedded; npx newsmatro … works on it too)`)
  say('Its jobs run every minute, as a Cron Trigger would run them. What you change in src/ is taken up at once.')
  say('Ctrl-C ends it.')
  const ticking = tickEachMinute(origin)
  await Promise.race([ended, once(stopping.signal, 'abort')])
  if (!stopping.signal.aborted) throw new PublicError('unavailable', 'wrangler ended: see what it said above.')
  await ticking
}

function startWrangler(port: number, databaseUrl: string, variables: Readonly<Record<string, string>>): ChildProcess {
  const vars = Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const fixed = ['--env', '', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--local']
  const args = ['dev', ...fixed, '--show-interactive-dev-session', 'false', '--log-level', 'log', ...vars]
  const child = spawn(process.execPath, [wranglerProgram, ...args], {
    cwd: projectFolder,
    env: wranglerEnvironment({ CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: databaseUrl }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout?.pipe(process.stderr)
  return child
}

async function untilReady(origin: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (!stopping.signal.aborted) {
    const answer = await fetch(`${origin}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new PublicError('unavailable', 'The worker does not answer: see its log above.')
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** wrangler fires no cron triggers by itself: it has an address that does. */
async function tickEachMinute(origin: string): Promise<void> {
  while (!stopping.signal.aborted) {
    const slot = Math.floor(Date.now() / tickMs) * tickMs
    const url = `${origin}/cdn-cgi/local/scheduled?${new URLSearchParams({ cron: '* * * * *', time: String(slot) })}`
    await fetch(url, { signal: stopping.signal }).catch((error: unknown) => {
      if (!stopping.signal.aborted) complain(`The tick failed: ${error instanceof Error ? error.message : error}`)
    })
    const left = slot + tickMs - Date.now()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(left, 0))
      stopping.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true })
    })
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs)
  await once(child, 'exit')
  clearTimeout(timer)
}
