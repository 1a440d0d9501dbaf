// Speaks as much of Resend's API as sending needs, and does nothing with the mail but count it: what is measured is the
// sender. A process of its own.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerAll } from './child.ts'

export type SinkCounts = {
  readonly mails: number
  readonly bytes: number
  readonly requests: number
  /** Requests with a key that was seen before. */
  readonly duplicates: number
  readonly cpuSeconds: number
  /** When each request came, in ms of this process, and whether the limit refused it. Only where there is one. */
  readonly calls: readonly { readonly atMs: number; readonly isRefused: boolean }[]
}

export type SinkQuestion =
  | { readonly ask: 'url' }
  | { readonly ask: 'reset'; readonly requestsPerSecond: number | null }
  | { readonly ask: 'counts' }

/** Within a JSON string the quotes would be escaped: so often it occurs, so many mails there are. */
const mailMark = Buffer.from('"to":[')

let requestsPerSecond: number | null = null
let counts = { mails: 0, bytes: 0, requests: 0, duplicates: 0 }
let calls: { atMs: number; isRefused: boolean }[] = []
let window = { second: 0, used: 0 }
let cpuBefore = process.cpuUsage()
const keys = new Set<string>()

// Whoever renders for each reader is silent for seconds between two calls.
const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  let mails = 0
  let bytes = 0
  let tail: Buffer = Buffer.alloc(0)
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    mails += occurrences(Buffer.concat([tail, chunk.subarray(0, mailMark.length - 1)])) + occurrences(chunk)
    tail = chunk.subarray(-(mailMark.length - 1))
  })
  request.on('end', () => respond(request, response, mails, bytes))
})

function occurrences(bytes: Buffer): number {
  let found = 0
  for (let at = bytes.indexOf(mailMark); at >= 0; at = bytes.indexOf(mailMark, at + mailMark.length)) found += 1
  return found
}

function respond(request: IncomingMessage, response: ServerResponse, mails: number, bytes: number): void {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (requestsPerSecond !== null && !withinLimit(requestsPerSecond, headers)) {
    response.writeHead(429, headers)
    response.end('{"statusCode":429,"name":"rate_limit_exceeded","message":"Too many requests."}')
    return
  }
  const key = request.headers['idempotency-key']
  counts.requests += 1
  counts.mails += mails
  counts.bytes += bytes
  if (typeof key === 'string') {
    if (keys.has(key)) counts.duplicates += 1
    keys.add(key)
  }
  response.writeHead(200, headers)
  if (request.url === '/emails') response.end(`{"id":"${randomUUID()}"}`)
  else response.end(`{"data":[${Array.from({ length: mails }, () => `{"id":"${randomUUID()}"}`).join()}]}`)
}

/** Windows of a second, as https://resend.com/docs/api-reference/rate-limit has them. */
function withinLimit(limit: number, headers: Record<string, string>): boolean {
  const now = performance.timeOrigin + performance.now()
  const second = Math.floor(now / 1000)
  window = window.second === second ? { second, used: window.used + 1 } : { second, used: 1 }
  const isRefused = window.used > limit
  calls.push({ atMs: now, isRefused })
  headers['ratelimit-limit'] = String(limit)
  headers['ratelimit-remaining'] = String(Math.max(limit - window.used, 0))
  headers['ratelimit-reset'] = '1'
  if (isRefused) headers['retry-after'] = '1'
  return !isRefused
}

answerAll(async (question: SinkQuestion) => {
  if (question.ask === 'url') {
    if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  if (question.ask === 'reset') {
    ;({ requestsPerSecond } = question)
    counts = { mails: 0, bytes: 0, requests: 0, duplicates: 0 }
    calls = []
    cpuBefore = process.cpuUsage()
    keys.clear()
    return null
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  return { ...counts, cpuSeconds: (user + system) / 1e6, calls } satisfies SinkCounts
})
