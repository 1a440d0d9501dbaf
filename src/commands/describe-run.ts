// A run in words, for a terminal.
import type { RunStatus } from '../delivery/run-status.ts'
import type { Run } from '../delivery/runs.ts'

const statusWords: Readonly<Record<RunStatus, string>> = {
  planning: 'planning',
  sending: 'sending',
  paused: 'paused',
  canceled: 'canceled',
  done: 'done',
  done_with_gaps: 'done, with gaps',
}

/** Where a run is, in a line: `sending, 300 of 1000 submitted, 650 pending, 50 excluded`. */
export function progressLine(run: Run): string {
  const { submitted, ...others } = run.messages
  const excluded = Object.values(run.exclusions).reduce((sum, count) => sum + count, 0)
  const parts = Object.entries({ ...others, excluded, unplanned: run.unplanned })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name === 'unplanned' ? 'not planned yet' : name}`)
  return [statusWords[run.status], `${submitted} of ${run.due} submitted`, ...parts].join(', ')
}

/** A run in the list of runs. */
export function runLine(run: Run): string {
  return `${run.id}  ${run.newsletter}  ${run.scheduledFor.toISOString()}  ${progressLine(run)}`
}

/** All about a run: its counts add up to how many were due. */
export function describeRun(run: Run): string {
  const lines: [string, string | number][] = [
    ['Scheduled for', run.scheduledFor.toISOString()],
    ['Articles up to', run.windowEnd.toISOString()],
    ...(run.pausedAt ? [['Paused at', run.pausedAt.toISOString()] satisfies [string, string]] : []),
    ...(run.canceledAt ? [['Canceled at', run.canceledAt.toISOString()] satisfies [string, string]] : []),
    ['Due', run.due],
    ...Object.entries(run.messages).map(([state, count]): [string, string | number] => [
      `  ${state}`,
      state === 'canceled' ? withReasons(count, run.canceledBecause) : count,
    ]),
    ...Object.entries(run.exclusions).map(([reason, count]): [string, number] => [
      `  excluded, ${reason.replaceAll('_', ' ')}`,
      count,
    ]),
    ...(run.unplanned > 0 ? [['Not planned yet', run.unplanned] satisfies [string, number]] : []),
  ]
  const width = Math.max(...lines.map(([name]) => name.length))
  return [
    `Run ${run.id} of ${run.newsletter}: ${statusWords[run.status]}`,
    ...lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
  ].join('\n')
}

function withReasons(count: number, reasons: Readonly<Record<string, number>>): string {
  const parts = Object.entries(reasons).map(([reason, number]) => `${reason} ${number}`)
  return parts.length === 0 ? String(count) : `${count} (${parts.join(', ')})`
}
