// `newsmatro runs`: what an operator sees and decides about runs.
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { cancelRun, pauseRun, resumeRun, sendRest } from '../delivery/control-run.ts'
import { type MissingReader, missingReaders } from '../delivery/missing-readers.ts'
import { isFinished } from '../delivery/run-status.ts'
import { getRun, listRuns } from '../delivery/runs.ts'
import type { Context } from '../platform/context.ts'
import { csvLine } from '../platform/csv-line.ts'
import { PublicError } from '../platform/errors.ts'
import { progressBar } from '../progress.ts'
import { describeRun, progressLine, runLine } from './describe-run.ts'
import { wholeNumber } from './option-values.ts'
import { type CommandTools, interruptedExitCode, isInterrupted, jsonOption } from './tools.ts'
import { asJson, writeOut } from './write-out.ts'

type ShowOptions = { follow: boolean; missing: boolean; format?: 'csv' | 'json'; json: boolean }

// A closed pipe is noticed by writing to it alone.
const repeatAfterMs = 10_000

/** Adds the `runs` commands to the program. */
export function addRunsCommands(program: Command, tools: CommandTools): void {
  const { withRuntime, print } = tools
  const runs = program.command('runs').description('the runs: what is sent, how far it is, and who did not get it')
  const verb = (name: string, description: string) =>
    runs
      .command(name)
      .argument('<id>', 'the number of the run', wholeNumber(1, Number.MAX_SAFE_INTEGER))
      .description(description)
      .addOption(jsonOption())

  runs
    .command('list')
    .description('the newest runs')
    .option('--limit <number>', 'how many', wholeNumber(1, 1_000), 20)
    .addOption(jsonOption())
    .action((options: { limit: number; json: boolean }) =>
      withRuntime(async ({ context }) => {
        const list = await listRuns(context, options)
        if (options.json) return print(JSON.stringify(list))
        if (list.length === 0) print('No runs yet: there is one as soon as a reader is due.')
        for (const run of list) print(runLine(run))
      }),
    )

  verb('show', 'everyone who was due in a run, by what became of them')
    .option('--follow', 'show its progress until it is done, or Ctrl-C', false)
    .option('--missing', 'list who did not get it, and why', false)
    .addOption(new Option('--format <format>', 'of --missing (default: csv)').choices(['csv', 'json']))
    .action((id: number, options: ShowOptions) => {
      checkTogether(options)
      return withRuntime(({ context }) => {
        if (options.missing) return printMissing(context, id, options.format ?? (options.json ? 'json' : 'csv'), tools)
        if (options.follow) return follow(context, id, options.json, tools)
        return getRun(context, id).then((run) => print(options.json ? JSON.stringify(run) : describeRun(run)))
      })
    })

  const decisions = [
    ['pause', 'hold a run: what is under way is finished, nothing more is begun', pauseRun, 'is paused'],
    ['resume', 'let a paused run go on', resumeRun, 'goes on'],
    ['cancel', 'call off what is still waiting in a run; what is under way is finished', cancelRun, 'is canceled'],
  ] as const
  for (const [name, description, decide, outcome] of decisions) {
    verb(name, description).action((id: number, options: { json: boolean }) =>
      withRuntime(async ({ context }) => {
        const run = await decide(context, id)
        print(options.json ? JSON.stringify(run) : `Run ${id} ${outcome}: ${progressLine(run)}`)
      }),
    )
  }

  verb('send-rest', 'send again what was refused, or kept back by canceling; never what may have been accepted').action(
    (id: number, options: { json: boolean }) =>
      withRuntime(async ({ context }) => {
        const { run, requeued } = await sendRest(context, id)
        print(
          options.json ? JSON.stringify({ requeued, run }) : `Run ${id} sends ${requeued} more: ${progressLine(run)}`,
        )
      }),
  )
}

function checkTogether({ follow, missing, format, json }: ShowOptions): void {
  const problem =
    follow && missing
      ? 'Either --follow or --missing, not both.'
      : format && !missing
        ? '--format goes with --missing.'
        : json && format === 'csv'
          ? 'Either --json or --format csv, not both.'
          : undefined
  if (problem) throw new PublicError('invalid_input', problem)
}

/** How long to wait, in ms, after a question that took `tookMs`: following costs the database a sixth of its time at most. */
export const followPauseMs = (tookMs: number) => Math.max(1_000, 5 * tookMs)

/**
 * A bar where there is a terminal for it, otherwise a line (or with `--json` an object) each time something changed, and
 * every ten seconds into a pipe or a file.
 */
async function follow(context: Context, id: number, isJson: boolean, { signal, print }: CommandTools): Promise<void> {
  const hasBar = process.stderr.isTTY && !isJson
  const bar = hasBar ? progressBar(`run ${id}`) : undefined
  let shown = ''
  let shownAt = 0
  for (;;) {
    const askedAt = performance.now()
    const run = await getRun(context, id)
    const answeredAt = performance.now()
    const line = isJson ? JSON.stringify(run) : progressLine(run)
    if (bar) bar.update(run.due - run.messages.pending - run.messages.sending, run.due + run.unplanned)
    else if (line !== shown || (!process.stdout.isTTY && answeredAt - shownAt >= repeatAfterMs)) {
      print(line)
      shown = line
      shownAt = answeredAt
    }
    if (isFinished(run) || signal.aborted) {
      bar?.end()
      if (!isJson) print(describeRun(run))
      if (!isFinished(run) && isInterrupted(signal)) process.exitCode = interruptedExitCode
      return
    }
    await delay(followPauseMs(answeredAt - askedAt), undefined, { signal }).catch(() => {})
  }
}

async function printMissing(
  context: Context,
  id: number,
  format: 'csv' | 'json',
  { signal }: CommandTools,
): Promise<void> {
  const readers = await missingReaders(context, id)
  await writeOut(format === 'csv' ? asCsv(readers) : asJson(readers), signal)
}

async function* asCsv(readers: AsyncIterable<MissingReader>): AsyncGenerator<string> {
  yield csvLine(['email', 'state', 'reason'])
  for await (const { email, state, reason } of readers) yield csvLine([email, state, reason])
}
