import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { type CreateEmailOptions, Resend } from 'resend'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { fixedClock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database/connect.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { cutConnections } from '../../src/sandbox/cut-connections.ts'
import { createSandbox, prepareSandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts'
import { sandboxTables } from '../../src/sandbox/tables.ts'
import { monday } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'

export type RunningSandbox = {
  readonly app: Hono
  readonly url: string
  readonly clock: ReturnType<typeof fixedClock>
  /** The real client, pointed at the sandbox. */
  client(key?: string): Resend
}

/** A database with the sandbox's schema, and a way to serve sandboxes on it that end with the test. */
export function testSandbox() {
  const database = testDatabase()
  const closers: (() => Promise<void>)[] = []
  let db: Database | undefined
  beforeAll(async () => {
    db = connect(database.url)
    await prepareSandbox(db)
  })
  afterAll(() => db?.destroy())
  const opened = (): Database => {
    if (!db) throw new Error('the database is open only while tests run')
    return db
  }
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
  })
  return {
    get db(): Database {
      return opened()
    },
    get tables() {
      return sandboxTables(opened())
    },
    async start(options: Partial<SandboxOptions> = {}): Promise<RunningSandbox> {
      const clock = fixedClock(monday)
      const random = (byteCount: number) => new Uint8Array(randomBytes(byteCount))
      const app = createSandbox({ db: opened(), clock, random, requestsPerSecond: 1_000, ...options })
      const { port, close } = await listen(app)
      closers.push(close)
      const url = `http://127.0.0.1:${port}`
      return { app, url, clock, client: (key = 're_test') => new Resend(key, { baseUrl: url }) }
    },
  }
}

function listen(app: Hono): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve) => {
    const server = serve({ fetch: cutConnections(app.fetch), port: 0, hostname: '127.0.0.1' }, (info: AddressInfo) => {
      resolve({ port: info.port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}

type PlainEmail = { from: string; to: string | string[]; subject: string; html: string; text: string }

export function email<More extends Partial<CreateEmailOptions>>(more?: More): PlainEmail & More {
  return {
    from: 'Daily News <news@news.example>',
    to: 'ada@example.com',
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    ...more,
  } as PlainEmail & More
}

export const minutes = (count: number) => count * 60_000
export const hours = (count: number) => count * 3_600_000
export const later = (milliseconds: number, start = monday) => new Date(start.getTime() + milliseconds)
