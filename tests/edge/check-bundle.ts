// npm run check:bundle: what the worker is made of, as `wrangler deploy` would upload it, and how long it takes to start.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { projectFolder, wranglerEnvironment, wranglerProgram } from './wrangler.ts'

/** This project's own budget. Cloudflare takes 3 MB on its free plan. */
const maximumGzipBytes = 1_000_000
const shownParts = 12
/** What belongs to Node and to trials. Kysely's dialect for PGlite is a wrapper without PGlite in it. */
const foreign =
  /node_modules\/(?:node-cron|@electric-sql|undici|@hono\/node-server|tsx)\/|(?:^|\/)src\/(?:sandbox|demo|doctor|commands)\//
/** What Hyperdrive does not know: https://developers.cloudflare.com/hyperdrive/reference/supported-databases-and-features/ */
const unknownToHyperdrive = /pg_(?:try_)?advisory|sql`\s*(?:listen|notify|prepare|deallocate) /i

type Meta = {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>
}

const folder = await mkdtemp(join(tmpdir(), 'newsmatro-bundle-'))
try {
  await wrangler('deploy', '--dry-run', '--env', '', '--outdir', folder, '--metafile')
  const bytes = await readFile(join(folder, 'worker.js'))
  const meta: Meta = JSON.parse(await readFile(join(folder, 'bundle-meta.json'), 'utf8'))
  const gzipBytes = gzipSync(bytes, { level: 6 }).length
  const parts = partsOf(meta)

  say(`The worker: ${kilobytes(gzipBytes)} gzip of ${kilobytes(maximumGzipBytes)}, ${kilobytes(bytes.length)} unpacked`)
  for (const [name, size] of parts.slice(0, shownParts)) say(`  ${kilobytes(size).padStart(8)}  ${name}`)
  say('Starting it here, a cold isolate (wrangler check startup; Cloudflare allows 1 s of its own CPU):')
  const profile = await wrangler('check', 'startup', '--args=--env=', '--outfile', join(folder, 'startup.cpuprofile'))
  say(`  ${/Active: .*/.exec(profile)?.[0] ?? 'wrangler did not say how long it took'}`)

  const strangers = Object.keys(meta.inputs).filter((path) => foreign.test(path))
  if (strangers.length > 0) {
    fail(
      `These do not belong into the worker: ${strangers.join(', ')}. src/worker.ts reaches them through an import; cut it.`,
    )
  }
  for (const path of Object.keys(meta.inputs).filter(
    (path) => /(?:^|\/)src\//.test(path) && !/node_modules/.test(path),
  )) {
    const source = await readFile(join(projectFolder, path.replace(/^.*?(?=src\/)/, '')), 'utf8')
    const found = unknownToHyperdrive.exec(source)?.[0]
    if (found)
      fail(
        `${path} has ${found}, which Hyperdrive does not know: src/platform/database/row-lock.ts is a lock that it does.`,
      )
  }
  if (gzipBytes > maximumGzipBytes) {
    fail(
      `The worker is ${kilobytes(gzipBytes - maximumGzipBytes)} above ${kilobytes(maximumGzipBytes)}. See above what is large: import it only where it is needed, or take a smaller library.`,
    )
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function wrangler(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [wranglerProgram, ...args], {
    cwd: projectFolder,
    env: wranglerEnvironment(),
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

/** Bytes in the bundle by package, or by folder of this project, largest first. */
function partsOf(meta: Meta): [string, number][] {
  const sizes = new Map<string, number>()
  for (const output of Object.values(meta.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name =
        [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1] ?? path.split('/').slice(0, 2).join('/')
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput)
    }
  }
  return [...sizes].sort(([, a], [, b]) => b - a)
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
