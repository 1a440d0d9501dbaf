// An import in words, for a terminal.
import type { ImportSummary } from '../subscriptions/import-file.ts'

/** What became of the lines of a file; the counts add up to how many there are. */
export function describeImport(summary: ImportSummary): string {
  const { lines, added, unchanged, left, skipped, refused, suppressed, isDryRun, isInterrupted } = summary
  const counts: [string, number, string][] = [
    [
      isDryRun ? 'would be added' : 'added',
      added,
      suppressed > 0 ? `, ${suppressed} of them suppressed: they get no mail` : '',
    ],
    ['unchanged', unchanged, ': known already'],
    ['left', left, ': they ended their subscription, and stay away'],
    ['skipped', skipped, ': their state is not active'],
    ['refused', refused, ''],
  ]
  const shown = counts.filter(([name, count]) => count > 0 || name.endsWith('added') || name === 'refused')
  const width = Math.max(...shown.map(([name]) => name.length))
  return [
    `${lines} ${lines === 1 ? 'reader' : 'readers'} read${isDryRun ? ', and nothing changed' : ''}:`,
    ...shown.map(([name, count, explanation]) => `  ${name.padEnd(width)}  ${count}${count > 0 ? explanation : ''}`),
    ...(isInterrupted
      ? ['Interrupted before the end of the file. What is added stays: run it again to complete it.']
      : []),
  ].join('\n')
}
