// The command line: one program, thin over the rooms. Results go to stdout, everything else to stderr.
import { Command, InvalidArgumentError } from 'commander'
import { jobs } from '../jobs/schedule.ts'
import { addFeed, listFeeds } from './articles/feeds.ts'
import { pollFeeds } from './articles/poll-feeds.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { wholeNumber } from './commands/option-values.ts'
import { handleOutputErrors } from './commands/output-errors.ts'
import { addRunsCommands } from './commands/runs.ts'
import { addSandboxCommand } from './commands/sandbox.ts'
import { addSubscribersCommands } from './commands/subscribers.ts'
import { addSuppressionsCommands } from './commands/suppressions.ts'
import type { CommandTools } from './commands/tools.ts'
import { openRuntime, type Runtime } from './node-runtime.ts'
import { readConfig } from './platform/config.ts'
import { PublicError } from './platform/errors.ts'
import { createLog } from './platform/log.ts'

const log = createLog((line) => process.stderr.write(`${line}\n`))
const stopping = new AbortController()
const secondSignalAfterMs = 1_000
const furthestSlotMs = 7 * 24 * 3_600_000

handleOutputErrors(process.stdout, stopping)

const program = new Command('newsmatro')
  .description('Email digests for news sites: each reader gets one digest, at their own local hour.')
  .configureOutput({
    outputError: (text, write) =>
      write(
        `${text
          .replace(/^error: /, 'newsmatro: ')
          .trimEnd()
          .replace(/[^.?)]$/, '$&.')} --help shows how.\n`,
      ),
  })

program
  .command('start')
  .description('run the service: web and schedule, until Ctrl-C')
  .action(async () => {
    const { startService } = await import('./server.ts')
    const service = await startService(readConfig(process.env), log)
    service.startSchedule()
    print(`Newsmatro is at ${service.url}`)
    if (service.inboxUrl) print(`No RESEND_API_KEY: mail goes to the sandbox, whose inbox is at ${service.inboxUrl}`)
    await untilStopped()
    await service.stop()
    process.exit(0) // a provider that does not answer must not hold the process
  })

program
  .command('demo')
  .description('run the whole way once on an embedded database, and show the inbox')
  .option('--feed <url or file>', 'a feed to take instead of the bundled sample')
  .option('--readers <number>', 'how many readers to make up', wholeNumber(1, 1_000_000), 300)
  .option('--port <port>', 'where the pages are (the inbox is on the port after it)', wholeNumber(0, 65_534))
  .option('--once', 'exit after the run', false)
  .option('--json', 'print the summary as JSON', false)
  .action(async (options: { feed?: string; readers: number; port?: number; once: boolean; json: boolean }) => {
    const { runDemo } = await import('./demo/demo.ts')
    const { describeSummary } = await import('./demo/describe-summary.ts')
    const demo = await runDemo({ ...options, feed: options.feed, port: options.port }, process.env, log)
    print(options.json ? JSON.stringify(demo.summary) : describeSummary(demo.summary))
    if (!options.once) {
      const tell = options.json ? (line: string) => process.stderr.write(`${line}\n`) : print
      tell(`\nThe inbox:   ${demo.service.inboxUrl}`)
      tell(`The service: ${demo.service.url}  (subscribe there, and look for the mail in the inbox)`)
      tell('Ctrl-C ends it.')
      demo.service.startSchedule()
      await untilStopped()
    }
    await demo.stop()
    if (demo.summary.failed > 0) process.exitCode = 1
  })

program
  .command('migrate')
  .description('bring the database up to date')
  .action(async () => {
    const { migrateOnly } = await import('./node-runtime.ts')
    const applied = await migrateOnly(readConfig(process.env), log)
    print(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`)
  })

const feeds = program.command('feeds').description('where articles come from')

feeds
  .command('add')
  .argument('<url>')
  .description('add a feed: RSS, Atom or JSON Feed')
  .option('--newsletter <slug>', 'the newsletter it belongs to')
  .option('--json', 'print the result as JSON', false)
  .action((url: string, options: { newsletter?: string; json: boolean }) =>
    withRuntime(async ({ context }) => {
      const feed = await addFeed(context, {
        url,
        ...(options.newsletter ? { newsletterSlug: options.newsletter } : {}),
      })
      print(options.json ? JSON.stringify(feed) : `Feed ${feed.id}: ${feed.url}`)
    }),
  )

feeds
  .command('list')
  .description('the feeds, when each was last read, and what went wrong')
  .option('--json', 'print the result as JSON', false)
  .action((options: { json: boolean }) =>
    withRuntime(async ({ context }) => {
      const list = await listFeeds(context)
      if (options.json) return print(JSON.stringify(list))
      if (list.length === 0) print('No feeds yet: add one with: newsmatro feeds add <url>')
      for (const feed of list) {
        const state = feed.last_error
          ? `failing: ${feed.last_error}`
          : (feed.last_succeeded_at?.toISOString() ?? 'not read yet')
        print(`${feed.id}  ${feed.url}  ${state}`)
      }
    }),
  )

feeds
  .command('poll')
  .description('read all feeds now, whether or not their time has come')
  .option('--json', 'print the result as JSON', false)
  .action((options: { json: boolean }) =>
    withRuntime(async ({ context }) => {
      const { results, ...counts } = await pollFeeds(context, { signal: stopping.signal })
      print(options.json ? JSON.stringify({ ...counts, results }) : describe(counts))
      if (!options.json) for (const { feedId, error } of results) if (error) print(`Feed ${feedId}: ${error}`)
      if (counts.failed > 0) process.exitCode = 1
    }),
  )

program
  .command('jobs')
  .description('the scheduled jobs')
  .command('run')
  .argument('<name>', jobs.map((job) => job.name).join(' | '))
  .description('run a scheduled job now')
  .option('--at <time>', 'the slot to run it for, in ISO 8601, for example 2026-11-23T06:00:00Z', isoTime)
  .option('--json', 'print the result as JSON', false)
  .action((name: string, options: { at?: Date; json: boolean }) => {
    const job = jobs.find((one) => one.name === name)
    if (!job)
      throw new PublicError(
        'invalid_input',
        `There is no job ${name}: it is one of ${jobs.map((one) => one.name).join(', ')}.`,
      )
    return withRuntime(async ({ context }) => {
      const counts = await job.run(context, { scheduledAt: options.at ?? new Date(), signal: stopping.signal })
      print(options.json ? JSON.stringify(counts) : describe(counts))
      if ('halted' in counts && counts.halted !== null) process.exitCode = 1
    })
  })

addDoctorCommand(program, { print, log })
addSandboxCommand(program, { print, untilStopped, log })
const tools: CommandTools = { withRuntime, print, signal: stopping.signal }
addRunsCommands(program, tools)
addSubscribersCommands(program, tools)
addSuppressionsCommands(program, tools)

/** Opens what the command needs, and closes it whatever happens. */
async function withRuntime(act: (runtime: Runtime) => Promise<unknown>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const runtime = await openRuntime(readConfig(process.env), log, { sandboxPort: 0 })
  try {
    await act(runtime)
  } finally {
    await runtime.close()
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        askedAt ??= performance.now()
        // One Ctrl-C can arrive twice, from the terminal and through npm. Asked again later: at once; leases heal the rest.
        if (performance.now() - askedAt > secondSignalAfterMs) process.exit(130)
        resolve()
      })
    }
  })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Counts in a line: `polled 2, failed 0, excluded (nothing_new 1)`. */
function describe(counts: object): string {
  return Object.entries(counts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => (typeof value === 'object' ? `${name} (${describe(value)})` : `${name} ${value}`))
    .join(', ')
}

function isoTime(text: string): Date {
  const time = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It is a time like 2026-11-23T06:00:00Z.')
  }
  if (time.getTime() > Date.now() + furthestSlotMs) {
    throw new InvalidArgumentError('It is at most a week ahead: whoever is planned for a slot hears nothing before it.')
  }
  return time
}

try {
  await program.parseAsync()
} catch (error) {
  // One line for what the user can mend; a defect shows where it is.
  const text =
    error instanceof PublicError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error)
  process.stderr.write(`newsmatro: ${text}\n`)
  process.exitCode = 1
}
