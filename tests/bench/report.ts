import type { Figures } from './bench.ts'

const whole = (value: number) => Math.round(value).toLocaleString('en')
const times = (value: number) => `${value.toFixed(1)} ×`
const percent = (value: number) => `${Math.round(value * 100)}%`

/** Queries on these are worth a look; the other tables stay small. */
const growing =
  /\b(subscriptions|subscribers|messages|batches|webhook_events|articles|digests|digest_articles|digest_runs|public_digests)\b/

/** The figures for people; plans in Markdown. */
export function describeFigures(figures: Figures): string {
  const { machine, database, planning, sending, limits, importing } = figures
  const lines = [
    `${figures.date}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, Node ${machine.node}, ` +
      `PostgreSQL ${database.version}${database.kind === 'embedded' ? ' (embedded)' : ''}`,
  ]
  if (planning) {
    lines.push(
      '',
      `Planning ${whole(planning.readers)} readers`,
      `  readers a second          ${whole(planning.readersPerSecond)}`,
      `  bare INSERT … SELECT      ${whole(planning.bareInsertsPerSecond)} rows a second; planning is ${percent(planning.shareOfBareInsert)} of it`,
      `  CPU of its process        ${planning.cpuMicrosecondsAReader.toFixed(1)} µs a reader`,
      `  peak memory               ${whole(planning.peakMegabytes)} MB`,
      `  write-ahead log           ${whole(planning.writeAheadLogBytesAReader)} bytes a reader (of the whole server)`,
    )
  }
  if (sending) {
    const row = (name: string, way: typeof sending.sending, compared = '') =>
      `  ${name.padEnd(34)}${whole(way.emailsPerSecond).padStart(9)}${whole(way.cpuMicrosecondsAnEmail).padStart(12)}` +
      `${whole(way.peakMegabytes).padStart(9)}${compared.padStart(10)}`
    lines.push(
      '',
      `Sending to ${whole(sending.readers)} readers              emails/s   CPU µs each   MB peak   we are`,
      row('this service', sending.sending),
      row('(a) render each, emails.send × 10', sending.oneByOne, times(sending.timesOneByOne)),
      row('(b) render each, batch.send', sending.batched, times(sending.timesBatched)),
      row('(c) the SDK alone, prepared', sending.prepared, percent(sending.shareOfPrepared)),
      `  bytes an email            ${whole(sending.bytesAnEmail)}`,
      `  database bytes a message  ${whole(sending.databaseBytesAMessage)}, and ${whole(sending.writeAheadLogBytesAMessage)} of write-ahead log (of the whole server)`,
      `  CPU of the sink           ${whole(sending.sinkCpuMicrosecondsAnEmail)} µs an email`,
      `  renderings                ${sending.renderings} for ${sending.distinctDigests} distinct digests`,
      `  peak memory               ${sending.memory.ratio.toFixed(2)} × that of ${whole(sending.memory.fewReaders)} readers (${whole(sending.memory.fewMegabytes)} MB)`,
      `  keys that came twice      ${sending.duplicateKeys}`,
    )
  }
  if (limits) {
    lines.push('', `A limit of ${limits.requestsPerSecond} requests a second`)
    for (const one of limits.processes) {
      lines.push(
        `  ${one.count === 1 ? '1 process  ' : `${one.count} processes`}  ${percent(one.shareUsed)} used; ` +
          `refused: ${one.refusedInFirstSecond} in the first second, ${one.refusedLater} later`,
      )
    }
  }
  if (importing) {
    const row = (name: string, { lines: count, seconds, peakMegabytes }: typeof importing.imported) =>
      `  ${name.padEnd(24)}${whole(count / seconds).padStart(9)} lines a second, ${seconds.toFixed(1)} s, ${whole(peakMegabytes)} MB`
    lines.push(
      '',
      `A file of ${whole(importing.imported.lines)} readers`,
      row('imported', importing.imported),
      row('imported once more', importing.again),
      row('exported', importing.exported),
      `  peak memory             ${importing.timesThePeakOfATenth.toFixed(2)} × that of a tenth of the lines`,
    )
  }
  for (const { step, text, plan, runs, medianMs } of figures.plans ?? []) {
    if (!growing.test(text)) continue
    const shown = plan.split('\n').map((line) => (line.length > 150 ? `${line.slice(0, 149)}…` : line))
    lines.push('', `## ${step}: ${medianMs.toFixed(2)} ms, the median of ${runs}`, '', '```sql', text.trim(), '```', '')
    lines.push('```', ...shown, '```')
  }
  return `${lines.join('\n')}\n`
}
