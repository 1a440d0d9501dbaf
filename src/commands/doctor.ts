// `newsmatro doctor`: what is wrong, and what would do.
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Status } from '../doctor/check.ts'
import { type Examination, examine } from '../doctor/examine.ts'
import { openExistingDatabase, sandboxKey } from '../node-runtime.ts'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { jsonOption } from './tools.ts'

const openTimeoutMs = 9_000
/** Few connections: the database may have hardly any left. */
const poolSize = 3
const closeGraceMs = 2_000
const symbols: Readonly<Record<Status, string>> = { ok: '✓', warning: '!', problem: '✗', 'not checked': '-' }

/** Adds the `doctor` command to the program. It exits with 1 where something is a problem. */
export function addDoctorCommand(
  program: Command,
  { print, log }: { print(line: string): void; readonly log: Log },
): void {
  program
    .command('doctor')
    .description('look at everything that mail depends on, and say what is wrong and what would do; changes nothing')
    .addOption(jsonOption())
    .action(async (options: { json: boolean }) => {
      const opening: ReturnType<typeof openExistingDatabase>[] = []
      const examination = await examine({
        environment: process.env,
        clock: systemClock,
        log,
        sandboxKey,
        open: async (config) => {
          const opened = openExistingDatabase(config, log, { timeoutMs: openTimeoutMs, poolSize })
          opening.push(opened)
          return (await opened).db
        },
      })
      print(options.json ? JSON.stringify(examination) : describe(examination))
      process.exitCode = examination.ok ? 0 : 1
      // Opened perhaps after its time was over. A database that no longer answers must not hold the process.
      const closed = Promise.all(opening.map((opened) => opened.then(({ close }) => close()))).catch(() => {})
      await Promise.race([closed, delay(closeGraceMs, undefined, { ref: false }).then(() => process.exit())])
    })
}

/** A line a check, with a symbol and a word for its status, and below it what would do. */
export function describe({ checks }: Examination): string {
  const statusWidth = Math.max(...checks.map(({ status }) => status.length))
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const indent = ' '.repeat(statusWidth + nameWidth + 6)
  const lines = checks.flatMap(({ name, status, found, remedy }) => [
    `${symbols[status]} ${status.padEnd(statusWidth)}  ${name.replaceAll('-', ' ').padEnd(nameWidth)}  ${found}`,
    ...(remedy === null ? [] : [`${indent}→ ${remedy}`]),
  ])
  const count = (status: Status) => checks.filter((check) => check.status === status).length
  const [problems, warnings, open] = [count('problem'), count('warning'), count('not checked')]
  const summary =
    problems + warnings === 0
      ? 'Nothing is wrong'
      : [plural(problems, 'problem'), plural(warnings, 'warning')].filter((part) => part !== '').join(', ')
  return [...lines, '', `${summary}${open > 0 ? `; ${open} not checked` : ''}.`].join('\n')
}

const plural = (number: number, noun: string) => (number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`)
