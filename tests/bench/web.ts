// npm run bench:web: how many readers the pages serve, next to a bare route that does one SELECT. Server, load and database
// are processes of their own. Figures go to stdout, progress to stderr.
import { cpus, totalmem } from 'node:os'
import { Command } from 'commander'
import { sql } from 'kysely'
import { wholeNumber } from '../../src/commands/option-values.ts'
import { consentText } from '../../src/subscriptions/consent.ts'
import { fillAudience, slotBefore } from '../support/audience.ts'
import { startChild } from './child.ts'
import { openBenchDatabase } from './database.ts'
import { median } from './measured.ts'
import type { LoadAnswer, LoadQuestion, WebRoute } from './web-load.ts'

type Options = { readers: number; seconds: number; connections: number; json: boolean }

const rounds = 3
const dayMs = 24 * 60 * 60_000
/** First what only looks, at readers who are all subscribed; then what changes them. */
const sideBySide: readonly (readonly WebRoute[])[] = [
  ['bare', 'preferences'],
  ['subscribe', 'unsubscribe'],
]
const routes = sideBySide.flat()
const names: Readonly<Record<WebRoute, string>> = {
  bare: 'a bare route, one SELECT',
  preferences: 'GET /preferences/:token',
  subscribe: 'POST /subscribe',
  unsubscribe: 'POST /unsubscribe/:token',
}

const { readers, seconds, connections, json } = new Command('bench:web')
  .description('Measures the pages; on the server of DATABASE_URL in a database of its own, else embedded.')
  .option('--readers <number>', 'how many readers there are', wholeNumber(1_000, 5_000_000), 100_000)
  .option('--seconds <number>', 'how long each route is asked, in all', wholeNumber(3, 3_600), 60)
  .option('--connections <number>', 'how many ask at once', wholeNumber(1, 1_000), 50)
  .option('--json', 'print the figures as one JSON object', false)
  .parse()
  .opts<Options>()

const tell = (text: string) => process.stderr.write(`${text}\n`)
const database = await openBenchDatabase(process.env.DATABASE_URL?.trim() || undefined)
const sink = startChild('./sink.ts')
const server = startChild('./web-server.ts')
const load = startChild('./web-load.ts')
try {
  tell(`filling ${readers} readers`)
  // Due tomorrow, as most are: the page says when.
  await fillAudience(database.db, readers, slotBefore(new Date(Date.now() + 2 * dayMs)))
  await fillHistory()
  const sinkUrl = await sink.ask<string>({ ask: 'url' })
  await sink.ask({ ask: 'reset', requestsPerSecond: null })
  const url = await server.ask<string>({ databaseUrl: database.url, sinkUrl })
  const goes: Record<WebRoute, LoadAnswer[]> = { bare: [], preferences: [], subscribe: [], unsubscribe: [] }
  const ask = (route: WebRoute, howLong: number, from: number) =>
    load.ask<LoadAnswer>({ url, route, connections, seconds: howLong, readers, from } satisfies LoadQuestion)
  for (const route of ['bare', 'preferences'] as const) await ask(route, 1, 0) // warm
  for (const compared of sideBySide) {
    for (let round = 1; round <= rounds; round++) {
      for (const route of compared) {
        tell(`round ${round} of ${rounds}: ${names[route]}`)
        const from = goes[route].reduce((sum, go) => sum + go.requests, 0)
        goes[route].push(await ask(route, seconds / rounds, from))
      }
    }
  }
  const figures = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cores: cpus().length, memoryGigabytes: Math.round(totalmem() / 2 ** 30), node: process.versions.node },
    database: { kind: database.isEmbedded ? 'embedded' : 'server', version: database.version },
    readers,
    connections,
    routes: Object.fromEntries(routes.map((route) => [route, figuresOf(goes[route])])) as Record<
      WebRoute,
      ReturnType<typeof figuresOf>
    >,
    /** Of each round, the preference page's rate as a share of the bare route's; of these the median. */
    preferencesShareOfBare: median(goes.preferences.map((go, round) => rateOf(go) / rateOf(goes.bare[round] ?? go))),
  }
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : describe(figures))
  if (Object.values(figures.routes).some(({ errors }) => errors > 0)) process.exitCode = 1
} finally {
  await load.end()
  await server.end()
  await sink.end()
  await database.close()
}

/** What each reader agreed to: asked for, mailed, confirmed. */
async function fillHistory(): Promise<void> {
  await sql`insert into consent_texts (hash, body) values ('bench', ${consentText('The Digest')})`.execute(database.db)
  await sql`
    insert into consent_events (subscriber_id, subscription_id, kind, occurred_at, source, consent_text_hash)
    select subscriber_id, id, kind, confirmed_at, 'form', case when kind = 'requested' then 'bench' end
    from subscriptions, unnest(array['requested', 'confirmation_sent', 'confirmed']) as kind`.execute(database.db)
  await sql`vacuum analyze consent_events`.execute(database.db)
}

function rateOf(go: LoadAnswer): number {
  return go.requests / go.seconds
}

function figuresOf(goes: readonly LoadAnswer[]) {
  const latencies = goes.flatMap((go) => go.latenciesMs).sort((a, b) => a - b)
  const quantile = (share: number) =>
    latencies[Math.min(Math.ceil(share * latencies.length), latencies.length) - 1] ?? 0
  return {
    requestsPerSecond: latencies.length / goes.reduce((sum, go) => sum + go.seconds, 0),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    errors: goes.reduce((sum, go) => sum + go.errors, 0),
    firstError: goes.find((go) => go.firstError !== null)?.firstError ?? '',
  }
}

function describe(figures: {
  readonly date: string
  readonly machine: { cores: number; memoryGigabytes: number; node: string }
  readonly database: { kind: string; version: string }
  readonly routes: Readonly<Record<WebRoute, ReturnType<typeof figuresOf>>>
  readonly preferencesShareOfBare: number
}): string {
  const { machine, database: server } = figures
  const lines = [
    `${figures.date}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Node ${machine.node}, PostgreSQL ${server.version}${server.kind === 'embedded' ? ' (embedded)' : ''}`,
    '',
    `${readers.toLocaleString('en')} readers, ${connections} connections, ${seconds} s each   requests/s   p50 ms   p99 ms   errors`,
  ]
  for (const route of routes) {
    const { requestsPerSecond, p50Ms, p99Ms, errors, firstError } = figures.routes[route]
    const numbers = [
      Math.round(requestsPerSecond).toLocaleString('en'),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      String(errors),
    ]
    const widths = [22, 9, 9, 9]
    lines.push(
      `  ${names[route].padEnd(35)}${numbers.map((number, index) => number.padStart(widths[index] ?? 9)).join('')}`,
    )
    if (firstError) lines.push(`    the first error: ${firstError}`)
  }
  lines.push(
    '',
    `The preference page serves ${Math.round(figures.preferencesShareOfBare * 100)}% of what the bare route does.`,
  )
  return `${lines.join('\n')}\n`
}
