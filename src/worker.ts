// The way in on Cloudflare Workers: the same app and the same jobs, PostgreSQL through Hyperdrive, Cron Triggers.
import { runJob } from '../jobs/run-job.ts'
import { jobs } from '../jobs/schedule.ts'
import { systemClock } from './platform/clock.ts'
import { readConfig } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import { connect } from './platform/database/connect.ts'
import { createEdgeFetch } from './platform/edge-fetch.ts'
import { createLog } from './platform/log.ts'
import { loadSigningKeys } from './platform/signing-keys-store.ts'
import { createApp } from './web/app.tsx'

/** The bindings of wrangler.toml, and the variables and secrets that the configuration is read from. */
export type Env = {
  readonly HYPERDRIVE: { readonly connectionString: string }
  readonly [variable: string]: unknown
}

// What is used of the runtime's types. All of them come with a package as large as the DOM's, which they contradict.
type Invocation = { waitUntil(work: Promise<unknown>): void }
type Trigger = { readonly cron: string; readonly scheduledTime: number }

// An invocation may last 15 minutes. Jobs are told to stop before, and the next tick takes up what is left.
const jobsTimeoutMs = 14 * 60_000

// biome-ignore lint/suspicious/noConsole: the console is where a Worker's log goes.
const log = createLog((line) => console.log(line))

export default {
  async fetch(request: Request, env: Env, invocation: Invocation): Promise<Response> {
    let context: Context
    try {
      context = await createEdgeContext(env)
    } catch (error) {
      log.error('start_failed', { error: messageOf(error) })
      return new Response('The service cannot start; its log says why.\n', { status: 503 })
    }
    const app = createApp(context, {
      background: (work) => invocation.waitUntil(work),
      clientAddress: (c) => c.req.header('cf-connecting-ip') ?? null,
    })
    return app.fetch(request)
  },

  /** Runs the jobs of one cron trigger, one after the other, as an invocation has few connections to share. */
  async scheduled(trigger: Trigger, env: Env): Promise<void> {
    const context = await createEdgeContext(env)
    const options = { scheduledAt: new Date(trigger.scheduledTime), signal: AbortSignal.timeout(jobsTimeoutMs) }
    for (const job of jobs.filter(({ cron }) => cron === trigger.cron)) await runJob(context, job, options)
  },
}

/**
 * A context for one invocation: a Worker must not use a connection in any request but the one that opened it. It is not
 * closed either, because Hyperdrive keeps the real ones; the runtime drops it with the invocation.
 */
async function createEdgeContext(env: Env): Promise<Context> {
  const variables = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const config = {
    ...readConfig({ ...Object.fromEntries(variables), DATABASE_URL: env.HYPERDRIVE.connectionString }),
    serversBy: 'Cloudflare',
  }
  const db = connect(env.HYPERDRIVE.connectionString, { poolSize: 1, statementTimeoutMs: 0 })
  return {
    config,
    db,
    clock: systemClock,
    log,
    keys: config.signingKeys ?? (await loadSigningKeys(db, random)),
    random,
    fetchUrl: createEdgeFetch(),
    memory,
  }
}

/** Of an isolate, whose requests all have the same configuration. */
const memory = {}

const random = (byteCount: number) => crypto.getRandomValues(new Uint8Array(byteCount))

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
