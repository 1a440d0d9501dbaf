// npm run simulate -- --seeds 200 --from 1
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { proveMutations } from './prove-mutations.ts'
import { interceptFetch } from './provider.ts'
import { Session } from './session.ts'
import { simulate } from './simulate.ts'

const options = {
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    /** Processes that share the seeds. */
    jobs: { type: 'string', default: '1' },
    /** Every so many seeds are this process's. */
    stride: { type: 'string', default: '1' },
    /** Print what happened in each world, also where all is well. */
    history: { type: 'boolean', default: false },
    /** With every statement. */
    details: { type: 'boolean', default: false },
    /** Do not stop at the first failure, and print no history. */
    'keep-going': { type: 'boolean', default: false },
    /** Break each promise on purpose, and see whether that is noticed. */
    mutations: { type: 'boolean', default: false },
    /** Of the mutations, those whose names hold this. */
    only: { type: 'string' },
  },
} as const

function refuse(why: string): never {
  process.stderr.write(`simulate: ${why}\n`)
  process.exit(1)
}

function readValues() {
  try {
    return parseArgs(options).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const values = readValues()
const number = (name: 'seeds' | 'from' | 'jobs' | 'stride') => {
  if (!/^[1-9]\d{0,8}$/.test(values[name])) refuse(`--${name} takes a whole number above 0`)
  return Number(values[name])
}
const print = (line: string) => process.stdout.write(`${line}\n`)
const [seeds, from, jobs, stride] = [number('seeds'), number('from'), number('jobs'), number('stride')]

if (values.mutations) process.exitCode = (await proveMutations(seeds, jobs, values.only)) ? 0 : 1
else process.exitCode = jobs > 1 ? await share() : await run()

/** Several processes, each with a database of its own, take turns in the seeds. */
async function share(): Promise<number> {
  const flags = (['history', 'details', 'keep-going'] as const).flatMap((name) => (values[name] ? [`--${name}`] : []))
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
    if (values.history || (result.violation && !values['keep-going'])) print(result.history.text(values.details))
    if (!result.violation) continue
    failures += 1
    print(`seed ${seed} breaks ${result.violation.message}`)
    if (values['keep-going']) continue
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
