#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// The sum of vitest's results, as the last line.
const results = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const sum = (name) => results.reduce((total, result) => total + result[name], 0)
process.stdout.write(
  `${sum('numPassedTests')} passed, ${sum('numFailedTests')} failed, ${sum('numPendingTests')} skipped\n`,
)
if (sum('numPassedTests') === 0 || sum('numFailedTests') > 0) process.exit(1)
