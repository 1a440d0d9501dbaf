// The command line: one program, thin over the rooms. Results go to stdout, everything else to stderr.
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { wholeNumber } from './commands/option-values.ts'
import { handleOutputErrors } from './commands/output-errors.ts'
import type { CommandTools } from './commands/tools.ts'
import type { Runtime } from './node-runtime.ts'
import { readConfig } from './platform/config.ts'
import { PublicError } from './platform/errors.ts'
import { createLog, mask } from './platform/log.ts'

const log = createLog((line) => process.stderr.write(`${line}\n`))
const stopping = new AbortController()
const secondSignalAfterMs = 1_000

handleOutputErrors(stopping)

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const program = new Command('newsmatro')
  .version(version, '--version', 'print the version')
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

const tools: CommandTools = { withRuntime, print, signal: stopping.signal }
/** Read when they are asked for, and all of them for help: that is half of the time that a command takes to start. */
const groups: Readonly<Record<string, () => Promise<void>>> = {
  articles: async () => (await import('./commands/articles.ts')).addArticlesCommands(program, tools),
  digest: async () => (await import('./commands/digest.ts')).addDigestCommands(program, tools),
  doctor: async () => (await import('./commands/doctor.ts')).addDoctorCommand(program, { print, log }),
  sandbox: async () => (await import('./commands/sandbox.ts')).addSandboxCommand(program, { print, untilStopped, log }),
  feeds: async () => (await import('./commands/feeds.ts')).addFeedsCommands(program, tools),
  jobs: async () => (await import('./commands/jobs.ts')).addJobsCommands(program, tools),
  newsletters: async () => (await import('./commands/newsletters.ts')).addNewslettersCommands(program, tools),
  runs: async () => (await import('./commands/runs.ts')).addRunsCommands(program, tools),
  subscribers: async () => (await import('./commands/subscribers.ts')).addSubscribersCommands(program, tools),
  suppressions: async () => (await import('./commands/suppressions.ts')).addSuppressionsCommands(program, tools),
}
const asked = process.argv[2] ?? ''
if (!program.commands.some((command) => command.name() === asked)) {
  for (const [name, add] of Object.entries(groups)) if (asked === name || !Object.hasOwn(groups, asked)) await add()
}

/** Opens what the command needs, and closes it whatever happens. */
async function withRuntime(
  act: (runtime: Runtime) => Promise<unknown>,
  { mayCreate = false }: { mayCreate?: boolean } = {},
): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const { explainLoss, openRuntime, requireDatabase } = await import('./node-runtime.ts')
  const config = readConfig(process.env)
  if (!mayCreate) await requireDatabase(config)
  const runtime = await openRuntime(config, log, { sandboxPort: 0 })
  try {
    await act(runtime)
  } catch (error) {
    throw explainLoss(config, error)
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

try {
  await program.parseAsync()
} catch (error) {
  // One line for what the user can mend; a defect shows where it is.
  const text =
    error instanceof PublicError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message).replace(error.message, () => mask(error.message))
        : mask(String(error))
  process.stderr.write(`newsmatro: ${text}\n`)
  process.exitCode = 1
}
