// npm run bench: how fast planning, sending and importing are, next to what they are compared with. Figures go to stdout,
// progress to stderr.
import { cpus, totalmem } from 'node:os'
import { Command, Option } from 'commander'
import { wholeNumber } from '../../src/commands/option-values.ts'
import { type Child, startChild } from './child.ts'
import { openBenchDatabase } from './database.ts'
import { type ImportingFigures, measureImporting } from './importing.ts'
import { type LimitFigures, measureLimits } from './limits.ts'
import { measurePlanning, type PlanningFigures } from './planning.ts'
import { explainHotQueries, type HotQuery } from './plans.ts'
import { describeFigures } from './report.ts'
import { measureSending, type SendingFigures } from './sending.ts'

export type Figures = {
  readonly date: string
  readonly machine: { readonly cores: number; readonly memoryGigabytes: number; readonly node: string }
  readonly database: { readonly kind: 'server' | 'embedded'; readonly version: string }
  planning?: PlanningFigures
  sending?: SendingFigures
  limits?: LimitFigures
  importing?: ImportingFigures
  plans?: readonly HotQuery[]
}

const sections = ['planning', 'sending', 'limits', 'importing', 'plans'] as const
type Section = (typeof sections)[number]
type Options = { readers: number; only: Section[] | undefined; json: boolean }

const command = new Command('bench')
  .description(
    'Measures planning, sending and importing; on the server of DATABASE_URL in a database of its own, else embedded.',
  )
  .option('--readers <number>', 'how many readers', wholeNumber(1_000, 5_000_000), 100_000)
  .addOption(new Option('--only <section...>', 'what to measure; may be repeated').choices(sections))
  .option('--json', 'print the figures as one JSON object', false)
  .parse()

const { readers, only, json } = command.opts<Options>()
/** Plans are for reading, and only a server gives them. */
const wants = (section: Section) => only?.includes(section) ?? section !== 'plans'
const tell = (text: string) => process.stderr.write(`${text}\n`)
const isLarge = readers >= 50_000

const database = await openBenchDatabase(process.env.DATABASE_URL?.trim() || undefined)
let sink: Child | undefined
try {
  sink = startChild('./sink.ts')
  const figures: Figures = {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cores: cpus().length,
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      node: process.versions.node,
    },
    database: { kind: database.isEmbedded ? 'embedded' : 'server', version: database.version },
  }
  if (wants('planning')) {
    figures.planning = await measurePlanning(database, { readers, goes: isLarge && readers <= 500_000 ? 3 : 1, tell })
  }
  if (wants('sending'))
    figures.sending = await measureSending(database, sink, { readers, rounds: isLarge ? 5 : 2, tell })
  if (wants('limits')) figures.limits = await measureLimits(database, sink, { seconds: isLarge ? 20 : 4, tell })
  if (wants('importing')) figures.importing = await measureImporting(database, { readers, tell })
  if (wants('plans')) figures.plans = await explainHotQueries(database, { readers, tell })
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : describeFigures(figures))
} finally {
  await sink?.end()
  await database.close()
}
