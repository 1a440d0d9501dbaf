import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { PublicError } from './platform/errors.ts'

export type HttpServer = {
  readonly url: string
  readonly port: number
  /** Takes no new requests, lets those under way end for up to 5 s, then cuts them. */
  close(): Promise<void>
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch']

const closeGraceMs = 5_000
/** For a request to arrive, head and body. */
const requestTimeoutMs = 30_000

/** Listens, or throws a {@link PublicError} that says what to do. Port 0 takes any that is free. */
export async function serve(
  fetch: Fetch,
  options: { readonly host: string; readonly port: number; readonly variable: string },
): Promise<HttpServer> {
  const { host, port, variable } = options
  const server = createAdaptorServer({ fetch }) as Server
  server.requestTimeout = requestTimeoutMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explain(cause, host, port, variable)))
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  const shown =
    host === '0.0.0.0' || host === '::' || host === '127.0.0.1' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return {
    port: bound,
    url: `http://${shown}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number, variable: string): unknown {
  const problem = {
    EADDRINUSE: `Port ${port} on ${host} is in use: end what uses it, or choose another with ${variable}.`,
    EACCES: `Port ${port} may not be used by this user: choose one above 1023 with ${variable}.`,
    EADDRNOTAVAIL: `This machine has no address ${host}: set HOST to one it has, or to 0.0.0.0.`,
    ENOTFOUND: `The host ${host} is not known: set HOST to an address of this machine.`,
  }[cause.code ?? '']
  return problem ? new PublicError('misconfigured', problem, { cause }) : cause
}
