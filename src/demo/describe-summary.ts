import type { DemoSummary } from './demo.ts'

const reasons: Record<string, string> = {
  nothing_new: 'nothing new for them',
  suppressed: 'their mailbox refused mail before',
  missed: 'too late',
  canceled: 'no longer subscribed',
}

/** The summary for a person. */
export function describeSummary(summary: DemoSummary): string {
  const excluded = Object.entries(summary.excluded).filter(([, readers]) => readers > 0)
  return [
    `Due:        ${summary.due} readers`,
    `Rendered:   ${summary.digests} distinct digests`,
    `Submitted:  ${summary.submitted} mails, ${summary.emailsPerSecond} a second`,
    ...excluded.map(([reason, readers]) => `Excluded:   ${readers} (${reasons[reason] ?? reason})`),
    `Failed:     ${summary.failed}`,
    ...(summary.due > 0 && summary.submitted === 0
      ? ['Nothing was sent: the feed holds nothing of the last 48 hours, and older articles are stored but not told.']
      : []),
    `Took:       ${summary.seconds} s from planning to the last answer`,
  ].join('\n')
}
