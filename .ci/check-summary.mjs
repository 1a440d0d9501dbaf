#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// The demo's stdout is one JSON object, alone, and it adds up.
const summary = JSON.parse(readFileSync(0, 'utf8'))
const excluded = Object.values(summary.excluded).reduce((sum, readers) => sum + readers, 0)
const addsUp = summary.due > 0 && summary.due === summary.submitted + excluded && summary.failed === 0
if (!addsUp) throw new Error(`the summary does not add up: ${JSON.stringify(summary)}`)
process.stdout.write(`${JSON.stringify(summary)}\n`)
