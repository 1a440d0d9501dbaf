// Breaks each promise once, in a copy of the source, and tells after how many seeds the simulation noticed.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutation, mutations } from './mutations.ts'

const root = new URL('../../', import.meta.url).pathname
const copied = [
  'src',
  'emails',
  'jobs',
  'migrations',
  'tests/simulation',
  'tests/support',
  'package.json',
  'tsconfig.json',
]

type Proof = { readonly name: string; readonly seeds: number | undefined; readonly invariant: string }

/** Prints a table; false when a mutation was not noticed within `seeds`. */
export async function proveMutations(seeds: number, jobs: number, only: string | undefined): Promise<boolean> {
  const waiting = mutations.filter(({ name }) => only === undefined || name.includes(only))
  const order = new Map(waiting.map((mutation, index) => [mutation.name, index]))
  const proofs: Proof[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const proof = await prove(next, seeds)
      proofs.push(proof)
      process.stderr.write(`${proof.name}: ${proof.seeds ?? 'not noticed'} ${proof.invariant}\n`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  proofs.sort((one, other) => (order.get(one.name) ?? 0) - (order.get(other.name) ?? 0))
  process.stdout.write('| what is broken | noticed at seed | as |\n|---|---|---|\n')
  for (const { name, seeds: at, invariant } of proofs) {
    process.stdout.write(`| ${name} | ${at ?? `not within ${seeds}`} | ${invariant} |\n`)
  }
  return proofs.every((proof) => proof.seeds !== undefined)
}

async function prove(mutation: Mutation, seeds: number): Promise<Proof> {
  const folder = await mkdtemp(join(tmpdir(), 'newsmatro-mutation-'))
  try {
    for (const path of copied) await cp(join(root, path), join(folder, path), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const edit of mutation.edits) await apply(join(folder, edit.file), edit, mutation.name)
    const output = await simulateIn(folder, seeds)
    const [, seed, invariant = ''] = /^seed (\d+) breaks (.*?): /m.exec(output) ?? []
    if (seed === undefined && !output.includes(' 0 failed,')) throw new Error(`${mutation.name}: ${output}`)
    return { name: mutation.name, seeds: seed === undefined ? undefined : Number(seed), invariant }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A mutation that does not fit any more has to be mended, not skipped. */
async function apply(path: string, { from, to }: { from: string; to: string }, name: string): Promise<void> {
  const source = await readFile(path, 'utf8')
  if (!source.includes(from)) throw new Error(`${name}: ${path} does not hold ${from}`)
  await writeFile(
    path,
    source.replaceAll(from, () => to),
  )
}

function simulateIn(folder: string, seeds: number): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/simulation/main.ts', '--seeds', String(seeds)], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve) => {
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
    })
    child.stderr.on('data', (data) => {
      output += data
    })
    child.on('exit', () => resolve(output))
  })
}
