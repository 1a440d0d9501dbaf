#!/usr/bin/env -S node --max-semi-space-size=8
// The `newsmatro` command. Finds a current Node (the npm package `node`, when the machine's own is old) and runs what `npm ci`
// made of cli.ts on it, or cli.ts itself where that was changed since. Plain JavaScript, so that an old Node can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isBuilt } from './built.js'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isCurrent = major > 22 || (major === 22 && minor >= 13)
const bundledNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
/** As above, in package.json and in a service's unit: without it what dies young fills a hundred megabytes more before it is collected. */
const memory = '--max-semi-space-size=8'

process.env.NODE_ENV ??= 'production' // React renders about twice as fast

if (isCurrent && isBuilt()) {
  await import('../dist/cli.js')
} else if (isCurrent) {
  // Else it is looked for where the command is given, and pages are compiled for another library of theirs.
  process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL('../tsconfig.json', import.meta.url))
  const { register } = await import('tsx/esm/api')
  register()
  await import('./cli.ts')
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [memory, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
} else {
  process.stderr.write(
    `newsmatro: Node ${process.versions.node} is too old: run "npm ci", which brings a current one, or install Node 22.13 or newer.\n`,
  )
  process.exit(1)
}
