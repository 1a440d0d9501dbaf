// `newsmatro subscribers`: readers into a newsletter, and out of it.
import type { Command } from 'commander'
import { csvLine } from '../platform/csv-line.ts'
import { type ExportedReader, exportSubscribers, readerCells } from '../subscriptions/export-subscribers.ts'
import { importFile } from '../subscriptions/import-file.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { readerColumns } from '../subscriptions/reader-file.ts'
import { describeImport } from './describe-import.ts'
import { openInput } from './open-input.ts'
import { openReport } from './refused-report.ts'
import { type CommandTools, interruptedExitCode, jsonOption } from './tools.ts'
import { asJson, writeOut } from './write-out.ts'

type ImportOptions = { newsletter?: string; dryRun: boolean; report?: string; json: boolean }
type ExportOptions = { newsletter?: string; all: boolean; json: boolean }

/** Adds the `subscribers` commands to the program. */
export function addSubscribersCommands(program: Command, { withRuntime, print, signal }: CommandTools): void {
  const subscribers = program.command('subscribers').description('readers into a newsletter, and out of it')

  subscribers
    .command('import')
    .argument('<csv>', 'a CSV file, or - for stdin')
    .description('add readers whose consent can be shown; who is known, or left, stays as they are')
    .addHelpText(
      'after',
      `
The first line names the columns, in any order: ${readerColumns.join(', ')}.
Only email and confirmedAt are required. Topics are separated by semicolons; none means every topic.
A line that is refused is reported with its number and the reason, and the exit code is 1.`,
    )
    .option('--newsletter <slug>', 'the newsletter they are added to')
    .option('--dry-run', 'say what would happen, and change nothing', false)
    .option('--report <file>', 'write each refused line, with its number and reason, to this CSV file')
    .addOption(jsonOption())
    .action(async (path: string, options: ImportOptions) => {
      const input = await openInput(path, signal)
      try {
        const report = await openReport(options.report, input)
        try {
          await withRuntime(
            async ({ context }) => {
              const newsletter = await getNewsletter(context.db, options.newsletter)
              const summary = await importFile(context, newsletter, input.bytes, {
                signal,
                isDryRun: options.dryRun,
                onRefused: report.add,
              })
              await report.complete()
              print(options.json ? JSON.stringify(summary) : describeImport(summary))
              if (summary.refused > 0) process.exitCode = 1
              if (summary.isInterrupted) process.exitCode = interruptedExitCode
            },
            { mayCreate: true },
          )
        } finally {
          await report.end()
        }
      } finally {
        await input.close()
      }
    })

  subscribers
    .command('export')
    .description('print the readers of a newsletter as CSV that import reads')
    .option('--newsletter <slug>', 'the newsletter whose readers they are')
    .option('--all', 'also those who have not confirmed yet, and those who left', false)
    .addOption(jsonOption())
    .action((options: ExportOptions) =>
      withRuntime(async ({ context }) => {
        const newsletter = await getNewsletter(context.db, options.newsletter)
        const readers = exportSubscribers(context, newsletter, { isAll: options.all })
        await writeOut(options.json ? asJson(readers) : asCsv(readers), signal)
      }),
    )
}

async function* asCsv(readers: AsyncIterable<ExportedReader>): AsyncGenerator<string> {
  yield csvLine(readerColumns)
  for await (const reader of readers) yield csvLine(readerCells(reader))
}
