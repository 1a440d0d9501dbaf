// npm run faults -- --rounds 3 --messages 20000 --from 1: real processes, killed at random moments until all is sent.
// Figures go to stdout, a line a round; progress to stderr.
import { Command, InvalidArgumentError } from 'commander'
import { someOf, wholeNumber } from '../../src/commands/option-values.ts'
import { findPrograms } from './cluster.ts'
import { embeddedRound } from './embedded-round.ts'
import { type KillKind, killKinds, type RoundFigures, type RoundOptions } from './round.ts'
import { type Place, serverRound } from './server-round.ts'

type Options = {
  rounds: number
  messages: number
  from: number
  kinds: KillKind[]
  embedded: boolean
  faultShare: number
  json: boolean
}

const notPossible = 2

const command = new Command('faults')
  .description(
    'Kills real processes at random moments until every message is sent, and then asks the provider who got what. On the server of TEST_DATABASE_URL or DATABASE_URL, in databases of its own.',
  )
  .option('--rounds <number>', 'how many', wholeNumber(1, 1_000), 1)
  .option('--messages <number>', 'how many in a round', wholeNumber(100, 90_000), 20_000)
  .option('--from <seed>', 'of the first round; it chooses the moments', wholeNumber(0, 1_000_000_000), 1)
  .option('--kinds <list>', `what is killed: ${killKinds.join(', ')}, with commas between`, someOf(killKinds), [
    'service',
    'sandbox',
  ])
  .option('--embedded', 'one process with the embedded database instead', false)
  .option('--fault-share <share>', 'of its requests that the sandbox answers wrongly as well', share, 0)
  .option('--json', 'print an object a round', false)
  .parse()
const options = command.opts<Options>()
const print = (line: string) => process.stdout.write(`${line}\n`)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort(new Error('stopped')))

process.exitCode = await playAll()

async function playAll(): Promise<number> {
  const play = await chooseRound()
  if (!play) return notPossible
  let failures = 0
  for (let seed = options.from; seed < options.from + options.rounds; seed++) {
    const tell = (text: string) => process.stderr.write(`seed ${seed}, ${text}\n`)
    try {
      const figures = await play({ ...options, seed, signal: stopping.signal, tell })
      print(options.json ? JSON.stringify(figures) : describe(figures))
      if (figures.violations.length > 0) failures += 1
    } catch (error) {
      if (stopping.signal.aborted) return 130
      print(`seed ${seed} could not be played: ${error instanceof Error ? error.stack : error}`)
      failures += 1
    }
  }
  if (failures > 0 && !options.json) {
    print(
      `${failures} of ${options.rounds} rounds failed. A seed repeats the moments of the kills, not what they meet.`,
    )
  }
  return failures > 0 ? 1 : 0
}

async function chooseRound(): Promise<((round: RoundOptions) => Promise<RoundFigures>) | undefined> {
  if (options.embedded) return embeddedRound
  const place = await findPlace()
  return place && ((round) => serverRound(place, round))
}

async function findPlace(): Promise<Place | undefined> {
  if (options.kinds.includes('postgres')) {
    const programs = await findPrograms()
    if (!programs)
      process.stderr.write('Not done: to kill PostgreSQL its programs have to be here (initdb, postgres, pg_ctl).\n')
    return programs === undefined ? undefined : { programs }
  }
  const serverUrl = process.env.TEST_DATABASE_URL?.trim() || process.env.DATABASE_URL?.trim()
  if (!serverUrl) process.stderr.write('Not done: set TEST_DATABASE_URL to a PostgreSQL server, or give --embedded.\n')
  return serverUrl ? { serverUrl } : undefined
}

function describe({
  seed,
  messages,
  seconds,
  kills,
  startsInVain,
  batches,
  askedAgain,
  violations,
}: RoundFigures): string {
  const killed = killKinds.filter((kind) => kills[kind] > 0).map((kind) => `${kind} ${kills[kind]}`)
  const line = [
    `seed ${seed}: ${violations.length === 0 ? 'each reader has one mail' : 'FAILED'}`,
    `${messages} messages`,
    `${seconds.toFixed(0)} s`,
    `killed: ${killed.join(', ') || 'nothing'}`,
    ...(startsInVain > 0 ? [`${startsInVain} starts found no database`] : []),
    `${askedAgain} of ${batches} batches asked about again`,
  ].join('; ')
  return [line, ...violations.map((violation) => `  ${violation}`)].join('\n')
}

function share(text: string): number {
  const value = Number(text)
  if (!/^(?:0|0?\.\d+)$/.test(text))
    throw new InvalidArgumentError('It is a number from 0 to below 1, for example 0.1.')
  return value
}
