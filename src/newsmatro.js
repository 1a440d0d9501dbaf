#!/usr/bin/env node
// The `newsmatro` command. Finds a current Node (the npm package `node`, when the machine's own is old) and
// runs cli.ts on it. Plain JavaScript, so that an old Node can read it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const isCurrent = Number(process.versions.node.split('.')[0]) >= 22
const bundledNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

process.env.NODE_ENV ??= 'production' // React renders about twice as fast

if (isCurrent) {
  const { register } = await import('tsx/esm/api')
  register()
  await import('./cli.ts')
} else if (existsSync(bundledNode)) {
  const child = spawn(bundledNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
} else {
  process.stderr.write(
    `newsmatro: Node ${process.versions.node} is too old: run "npm ci", which brings a current one, or install Node 22 or newer.\n`,
  )
  process.exit(1)
}
