// `newsmatro jobs`: a scheduled job, now.
import { type Command, InvalidArgumentError } from 'commander'
import { jobs } from '../../jobs/schedule.ts'
import { PublicError } from '../platform/errors.ts'
import { describeCounts } from './describe-counts.ts'
import { type CommandTools, jsonOption } from './tools.ts'

const furthestSlotMs = 7 * 24 * 3_600_000
const names = jobs.map(({ name }) => name)

/** Adds the `jobs` commands to the program. */
export function addJobsCommands(program: Command, { withRuntime, print, signal }: CommandTools): void {
  program
    .command('jobs')
    .description('the scheduled jobs')
    .command('run')
    .argument('<name>', names.join(' | '))
    .description('run a scheduled job now')
    .option('--at <time>', 'the slot to run it for, in ISO 8601, for example 2026-11-23T06:00:00Z', isoTime)
    .addOption(jsonOption())
    .action((name: string, options: { at?: Date; json: boolean }) => {
      const job = jobs.find((one) => one.name === name)
      if (!job) throw new PublicError('invalid_input', `There is no job ${name}: it is one of ${names.join(', ')}.`)
      return withRuntime(async ({ context }) => {
        const counts = await job.run(context, { scheduledAt: options.at ?? new Date(), signal })
        print(options.json ? JSON.stringify(counts) : describeCounts(counts))
        if ('halted' in counts && counts.halted !== null) process.exitCode = 1
      })
    })
}

function isoTime(text: string): Date {
  const time = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It is a time like 2026-11-23T06:00:00Z.')
  }
  if (time.getTime() > Date.now() + furthestSlotMs) {
    throw new InvalidArgumentError('It is at most a week ahead: whoever is planned for a slot hears nothing before it.')
  }
  return time
}
