// The service on Node: web and schedule in one process, until it is asked to stop.
import { getConnInfo } from '@hono/node-server/conninfo'
import { startSchedule } from '../jobs/start-schedule.ts'
import { serve } from './node-http.ts'
import { openRuntime } from './node-runtime.ts'
import type { Config } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import type { Log } from './platform/log.ts'
import { createApp } from './web/app.tsx'
import { clientAddressOf } from './web/client-address.ts'

export type Service = {
  readonly context: Context
  readonly url: string
  readonly inboxUrl: string | undefined
  startSchedule(): void
  /** Stops claiming, lets what is under way end for up to 7.5 s, and closes everything in 1.5 s more. Leases heal what could not end. */
  stop(): Promise<void>
}

const drainMs = 7_500
const closeMs = 1_500
/** Longer than a statement may take. */
const databaseSilenceMs = 75_000

function atMost(ms: number, work: Promise<unknown>): Promise<unknown> {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, ms))])
}

/** Starts everything but the schedule. Throws a PublicError when a port is taken or something cannot be reached. */
export async function startService(config: Config, log: Log): Promise<Service> {
  const stopping = new AbortController()
  const working = new Set<Promise<unknown>>()
  const background = (work: Promise<unknown>) => {
    working.add(work)
    work.finally(() => working.delete(work))
  }
  /** What goes on in the background, and what comes of it there. */
  const settled = async () => {
    while (working.size > 0) await Promise.allSettled(working)
  }
  // Listening comes first: it tells the port where any would do, and a taken one is known before anything is opened.
  let answer: ReturnType<typeof createApp>['fetch'] = () => new Response('starting', { status: 503 })
  const server = await serve((request, env) => answer(request, env), {
    host: config.host,
    port: config.port,
    variable: 'PORT',
  })
  const closers: (() => Promise<unknown>)[] = [() => server.close()]
  try {
    const publicUrl = config.publicUrl === 'http://localhost:0' ? server.url : config.publicUrl
    const runtime = await openRuntime({ ...config, publicUrl }, log, {
      sandboxPort: config.port === 0 ? 0 : config.port + 1,
      silenceTimeoutMs: databaseSilenceMs,
      webhooks: { serviceUrl: server.url, background },
    })
    closers.unshift(() => runtime.close())
    const app = createApp(runtime.context, {
      background,
      clientAddress: (c) =>
        clientAddressOf(getConnInfo(c).remote.address, c.req.header('x-forwarded-for'), config.trustedProxies),
    })
    answer = app.fetch
    let stopSchedule = async () => {}
    return {
      context: runtime.context,
      url: server.url,
      inboxUrl: runtime.inboxUrl,
      startSchedule: () => {
        stopSchedule = startSchedule(runtime.context, stopping.signal)
      },
      stop: async () => {
        stopping.abort()
        await atMost(drainMs, Promise.allSettled([stopSchedule(), server.close()]).then(settled))
        await atMost(closeMs, runtime.close())
      },
    }
  } catch (error) {
    for (const close of closers) await close()
    throw error
  }
}
