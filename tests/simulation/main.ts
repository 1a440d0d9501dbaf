// npm run simulate -- --seeds 200 --from 1
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../src/commands/option-values.ts'
import { proveMutations } from './prove-mutations.ts'
import { interceptFetch } from './provider.ts'
import { Session } from './session.ts'
import { simulate } from './simulate.ts'

const command = new Command('simulate')
  .description('Runs the service in small worlds, each made from its seed, and checks that every promise was kept.')
  .option('--seeds <number>', 'how many worlds', wholeNumber(1, 999_999_999), 200)
  .option('--from <seed>', 'the first', wholeNumber(1, 999_999_999), 1)
  .option('--jobs <number>', 'processes that share the seeds', wholeNumber(1, 64), 1)
  .addOption(new Option('--stride <number>').argParser(wholeNumber(1, 64)).default(1).hideHelp())
  .option('--history', 'print what happened in each world, also where all is well', false)
  .option('--details', 'with every statement', false)
  .option('--keep-going', 'do not stop at the first failure, and print no history', false)
  .option('--mutations', 'break each promise on purpose, and see whether that is noticed', false)
  .option('--only <text>', 'of the mutations, those whose names hold this')
  .parse()
type Options = {
  seeds: number
  from: number
  jobs: number
  /** Every so many seeds are this process's. */
  stride: number
  history: boolean
  details: boolean
  keepGoing: boolean
  mutations: boolean
  only?: string
}
const { seeds, from, jobs, stride, ...values } = command.opts<Options>()
const print = (line: string) => process.stdout.write(`${line}\n`)

if (values.mutations) process.exitCode = (await proveMutations(seeds, jobs, values.only)) ? 0 : 1
else process.exitCode = jobs > 1 ? await share() : await run()

/** Several processes, each with a database of its own, take turns in the seeds. */
async function share(): Promise<number> {
  const { history, details, keepGoing } = values
  const flags = [history && '--history', details && '--details', keepGoing && '--keep-going'].filter(
    (flag) => flag !== false,
  )
  const children = Array.from({ length: Math.min(jobs, seeds) }, (_, index) =>
    fork(fileURLToPath(import.meta.url), [
      ...['--seeds', String(seeds - index), '--from', String(from + index), '--stride', String(jobs), ...flags],
    ]),
  )
  const codes = await Promise.all(
    children.map((child) => new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))),
  )
  return Math.max(...codes)
}

async function run(): Promise<number> {
  interceptFetch()
  const session = await Session.open(process.env.TEST_DATABASE_URL || undefined)
  const startedAt = performance.now()
  let [done, steps, failures] = [0, 0, 0]
  const tally: Record<string, number> = {}
  for (let seed = from; seed < from + seeds; seed += stride) {
    const result = await simulate(seed, session)
    done += 1
    steps += result.steps
    for (const [name, count] of Object.entries(result.tally)) tally[name] = (tally[name] ?? 0) + count
    if (values.history || (result.violation && !values.keepGoing)) print(result.history.text(values.details))
    if (!result.violation) continue
    failures += 1
    print(`seed ${seed} breaks ${result.violation.message}`)
    if (values.keepGoing) continue
    print(`\nAgain, with every statement: npm run simulate -- --seeds 1 --from ${seed} --details`)
    break
  }
  const elapsed = (performance.now() - startedAt) / 1000
  print(
    `${done} seeds, ${failures} failed, ${steps} steps, ${elapsed.toFixed(1)} s, ${(elapsed / done).toFixed(2)} s a seed`,
  )
  print(
    Object.entries(tally)
      .map(([name, count]) => `${count} ${name}`)
      .join(', '),
  )
  await session.close()
  return failures > 0 ? 1 : 0
}
