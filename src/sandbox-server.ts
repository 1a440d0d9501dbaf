// The sandbox by itself on Node: all it needs of the database is its own schema.
import { randomBytes } from 'node:crypto'
import { serve } from './node-http.ts'
import { openDatabase } from './node-runtime.ts'
import { systemClock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import type { Log } from './platform/log.ts'
import { cutConnections } from './sandbox/cut-connections.ts'
import {
  createSandbox,
  deliverWebhooks,
  prepareSandbox,
  type SandboxOptions,
  type WebhookEndpoint,
} from './sandbox/sandbox.ts'

export type SandboxServerOptions = Pick<
  SandboxOptions,
  'requestsPerSecond' | 'dailyQuota' | 'monthlyQuota' | 'faults'
> & {
  readonly config: Pick<Config, 'databaseUrl' | 'dataFolder'>
  readonly log: Log
  /** On the loopback interface; 0 takes any that is free. */
  readonly port: number
  readonly webhook: WebhookEndpoint | undefined
}

export type SandboxServer = { readonly url: string; readonly port: number; stop(): Promise<void> }

const webhookIntervalMs = 500

/** Starts it. Throws a PublicError when the port is taken or the database cannot be used. */
export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const { config, log, port, webhook, ...behaviour } = options
  const stopping = new AbortController()
  const closers: (() => Promise<unknown>)[] = []
  // Listening comes first: a taken port is known before anything is opened.
  let answer: ReturnType<typeof createSandbox>['fetch'] = () => new Response('starting', { status: 503 })
  const server = await serve(
    cutConnections((request, env) => answer(request, env)),
    { host: '127.0.0.1', port, variable: '--port' },
  )
  const stop = async () => {
    stopping.abort()
    await server.close()
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const { db } = await openDatabase(config, log, closers, prepareSandbox)
    const random = (byteCount: number) => new Uint8Array(randomBytes(byteCount))
    answer = createSandbox({ db, clock: systemClock, random, log, ...behaviour }).fetch
    if (webhook) {
      // Events can be due at any time: later, once more, or again after a refusal.
      const posting = postEvents(async () => {
        await deliverWebhooks({ db, clock: systemClock, webhook, signal: stopping.signal })
      })
      closers.push(() => posting)
    }
    return { url: server.url, port: server.port, stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function postEvents(post: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await post().catch((error: unknown) => {
        log.error('sandbox_webhooks_failed', { error: error instanceof Error ? error.name : 'unknown' })
      })
      await systemClock.sleep(webhookIntervalMs, stopping.signal)
    }
  }
}
