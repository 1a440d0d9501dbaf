#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// The figures' stdout is one JSON object, alone, and what was counted adds up. How fast it was is not asked here.
const figures = JSON.parse(readFileSync(0, 'utf8'))
const { planning, sending, limits, importing } = figures
const { sending: own, oneByOne, batched, prepared } = sending
const few = sending.memory.fewReaders
const checks = {
  'every reader is sent one mail': own.mails === sending.readers && planning.readers === sending.readers,
  'the sink has every mail': sending.mailsReceived === own.mails + oneByOne.mails + batched.mails + prepared.mails,
  'no key came twice': sending.duplicateKeys === 0,
  'each digest is rendered once': sending.distinctDigests > 0 && sending.renderings === sending.distinctDigests,
  'the few are not more than all': few > 0 && few <= sending.readers,
  'one process and four were limited': limits.processes.map((one) => one.count).join() === '1,4',
  'all lines are imported, and exported again':
    importing.imported.lines === sending.readers && importing.exported.lines >= sending.readers,
  'all else is a number': allNumbers(figures),
}

/** JSON writes what is not a number, or not finite, as null. */
function allNumbers(value) {
  if (value === null) return false
  return typeof value !== 'object' || Object.values(value).every(allNumbers)
}

for (const [claim, holds] of Object.entries(checks)) {
  if (!holds) throw new Error(`not so: ${claim}: ${JSON.stringify(figures)}`)
}
process.stdout.write(`${Object.keys(checks).length} claims hold\n`)
