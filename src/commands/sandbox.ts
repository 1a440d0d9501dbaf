// `newsmatro sandbox`: the look-alike of Resend by itself, for trials and as a provider that misbehaves on purpose.
import { type Command, InvalidArgumentError } from 'commander'
import { readConfig } from '../platform/config.ts'
import { PublicError } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { type FaultKind, type FaultOptions, faultKinds } from '../sandbox/faults.ts'
import { someOf, wholeNumber } from './option-values.ts'

export type SandboxCommandTools = {
  print(line: string): void
  untilStopped(): Promise<void>
  readonly log: Log
}

type Options = {
  port: number
  requestsPerSecond: number
  dailyQuota?: number
  monthlyQuota?: number
  webhookUrl?: string
  faults?: number
  faultShare?: number
  faultKinds?: FaultKind[]
}

const defaultShare = 0.1
const needed = ['DATABASE_URL', 'DATA_FOLDER', 'RESEND_WEBHOOK_SECRET']

/** Adds the `sandbox` command to the program. */
export function addSandboxCommand(program: Command, tools: SandboxCommandTools): void {
  const { print, untilStopped, log } = tools
  const quota = wholeNumber(0, 1_000_000_000)
  program
    .command('sandbox')
    .description(
      'run the look-alike of Resend by itself, until Ctrl-C: it keeps mail, and shows it, instead of sending',
    )
    .option('--port <port>', 'where it listens, on this machine only', wholeNumber(0, 65_535), 3001)
    .option('--requests-per-second <number>', 'how many it takes from a key', wholeNumber(1, 1_000_000), 10)
    .option('--daily-quota <number>', 'recipients a UTC day (default: no limit)', quota)
    .option('--monthly-quota <number>', 'recipients a UTC month (default: no limit)', quota)
    .option('--webhook-url <url>', 'where events go, signed with RESEND_WEBHOOK_SECRET', webUrl)
    .option('--faults <seed>', 'misbehave on purpose, chosen by this number', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--fault-share <share>', `of requests and of webhooks, from 0 to 1 (default: ${defaultShare})`, share)
    .option('--fault-kinds <list>', `only these, with commas between: ${faultKinds.join(', ')}`, someOf(faultKinds))
    .action(async (options: Options) => {
      const config = readConfig(Object.fromEntries(needed.map((name) => [name, process.env[name]])))
      const faults = faultsOf(options)
      const webhook = webhookOf(options, config.webhookSecrets[0])
      const { startSandboxServer } = await import('../sandbox-server.ts')
      const { faults: _seed, ...limits } = options
      const server = await startSandboxServer({ config, log, ...limits, faults, webhook })
      print(`The sandbox is at ${server.url}: mail that is sent to it shows up there, and goes nowhere.`)
      print(`A service sends to it with: RESEND_API_KEY=re_sandbox RESEND_BASE_URL=http://127.0.0.1:${server.port}`)
      print(webhook ? `Events are posted to ${webhook.url}` : 'Events are kept: --webhook-url says where to post them.')
      if (faults) print(describeFaults(faults))
      print('Ctrl-C ends it.')
      await untilStopped()
      await server.stop()
      process.exit(0) // a receiver of events that does not answer must not hold the process
    })
}

function faultsOf({ faults: seed, faultShare, faultKinds: kinds }: Options): FaultOptions | undefined {
  if (seed !== undefined) return { seed, share: faultShare ?? defaultShare, kinds }
  if (faultShare !== undefined || kinds) {
    throw new PublicError('invalid_input', '--fault-share and --fault-kinds go with --faults <seed>.')
  }
  return undefined
}

function webhookOf({ webhookUrl: url }: Options, secret: string | undefined) {
  if (url === undefined) return undefined
  if (secret === undefined) {
    throw new PublicError(
      'misconfigured',
      'RESEND_WEBHOOK_SECRET is not set: events are signed with it. Make one with: echo "whsec_$(openssl rand -base64 32)", and give it to the service too.',
    )
  }
  return { url, secret }
}

function describeFaults({ seed, share: portion, kinds = faultKinds }: FaultOptions): string {
  return `FAULTS ARE ON, chosen by ${seed}: ${portion * 100}% of requests and webhooks go wrong on purpose (${kinds.join(', ')}).`
}

function webUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('It is a URL like http://localhost:3000/webhooks/resend.')
  }
  return url.href
}

function share(text: string): number {
  const value = Number(text)
  if (!/^(?:0|1|[01]?\.\d+)$/.test(text) || value > 1) {
    throw new InvalidArgumentError('It is a number from 0 to 1, for example 0.2.')
  }
  return value
}
