// The examination: every check by itself, so that one that fails costs no other. Nothing is changed.
import { sql } from 'kysely'
import { type DomainsAnswer, listDomains } from '../delivery/list-domains.ts'
import { senderDomain } from '../delivery/warm-up.ts'
import type { Clock } from '../platform/clock.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { type MigrationState, migrationState } from '../platform/database/migrate.ts'
import type { Database } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { leasesCheck, unansweredCheck, unknownCheck } from './batches.ts'
import { attempt, type Bounds, bounded, innerLimitMs } from './bounded.ts'
import { type Finding, notChecked, ok, problem, type RowCheck } from './check.ts'
import { databaseSkew, judgeSkews, providerSkew } from './clock-skew.ts'
import { checkDatabase, judgeMigrations } from './database.ts'
import { feedsCheck } from './feeds.ts'
import { newslettersCheck } from './newsletters.ts'
import { dueCheck, renderingsCheck } from './planning.ts'
import { judgeDomain, judgeKey, judgeReceiving, judgeTracking } from './provider.ts'
import { judgePublisherSite } from './publisher-site.ts'
import { sendingCheck, warmUpCheck } from './sending.ts'
import { signUpsCheck } from './sign-ups.ts'
import { signingKeysCheck } from './signing-keys.ts'
import { lettersCheck, pausedRunsCheck, waitingCheck } from './waiting.ts'
import { judgeWebhookSecret, webhookEventsCheck } from './webhooks.ts'

export type Examination = {
  /** No check found a problem. */
  readonly ok: boolean
  readonly checks: readonly ({ readonly name: string } & Finding)[]
}

type DatabaseConfig = Pick<Config, 'databaseUrl' | 'dataFolder'>

export type ExamineOptions = Bounds & {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** The key that mail is sent with where none is configured. */
  readonly sandboxKey: string
  /** Opens the database as it is. Throws {@link PublicError} where it cannot be used. */
  open(config: DatabaseConfig): Promise<Database>
}

/** In the order of the way of the data. */
export const rowChecks: readonly RowCheck[] = [
  signingKeysCheck,
  newslettersCheck,
  feedsCheck,
  dueCheck,
  renderingsCheck,
  signUpsCheck,
  lettersCheck,
  waitingCheck,
  pausedRunsCheck,
  sendingCheck,
  warmUpCheck,
  leasesCheck,
  unansweredCheck,
  unknownCheck,
  webhookEventsCheck,
]

const databaseVariables = ['DATABASE_URL', 'DATA_FOLDER']
const unusable = 'the database cannot be used'
const misconfigured = 'the configuration is not complete'

/** Makes every check that can be made. Does not throw. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const { environment, clock, sandboxKey } = options
  const configuration = readOr(() => readConfig(environment))
  const config = configuration.value
  const place =
    config ??
    readOr(() => readConfig(Object.fromEntries(databaseVariables.map((name) => [name, environment[name]])))).value

  const provider = askProvider(options, config)
  const { db, finding: database } = await openAndCheck(options, place)
  const { state, finding: migrations } = await checkMigrations(options, db)
  const rows = Promise.all(
    rowChecks.map((check) =>
      bounded(options, check.name, () =>
        lookAtRows(check, { db, state, config, clock, apiKey: config?.resend?.apiKey ?? sandboxKey }, options),
      ),
    ),
  )
  const skew = db && attempt(options, 'clock-skew', () => databaseSkew(db, clock))
  const answer = await provider
  const skews = [await skew, answer && providerSkew(answer)].filter((one) => one !== undefined)

  const checks: [string, Finding][] = [
    ['configuration', configuration.finding],
    ['database', database],
    ['migrations', migrations],
    ['clock-skew', judgeSkews(skews)],
    ['provider-key', config ? keyFinding(config, answer) : notChecked(misconfigured)],
    ['sender-domain', config ? domainFinding(config, answer) : notChecked(misconfigured)],
    ['tracking', config ? trackingFinding(config, answer) : notChecked(misconfigured)],
    ['received-mail', config ? receivingFinding(config, answer) : notChecked(misconfigured)],
    ['webhook-secret', config ? judgeWebhookSecret(config) : notChecked(misconfigured)],
    ['publisher-site', config ? judgePublisherSite(config) : notChecked(misconfigured)],
    ...(await rows).map((finding, index): [string, Finding] => [rowChecks[index]?.name ?? '', finding]),
  ]
  return {
    ok: checks.every(([, { status }]) => status !== 'problem'),
    checks: checks.map(([name, finding]) => ({ name, ...finding })),
  }
}

function readOr(read: () => Config): { value: Config | undefined; finding: Finding } {
  try {
    const value = read()
    return { value, finding: ok(value.resend ? 'complete' : 'complete, for a trial: no RESEND_API_KEY') }
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    return {
      value: undefined,
      finding: problem(error.message, 'Set the variables it names; the README has what each is for.'),
    }
  }
}

async function askProvider(options: ExamineOptions, config: Config | undefined): Promise<DomainsAnswer | undefined> {
  const { resend } = config ?? {}
  if (!resend) return undefined
  const signal = AbortSignal.timeout(innerLimitMs(options))
  return attempt(options, 'provider-key', () => listDomains(resend, { signal, now: () => options.clock.now() }))
}

const sandbox = 'sandbox: mail stays on this machine'

function keyFinding(config: Config, answer: DomainsAnswer | undefined): Finding {
  return answer ? judgeKey(answer) : config.resend ? notChecked('the provider was not asked') : ok(sandbox)
}

function domainFinding(config: Config, answer: DomainsAnswer | undefined): Finding {
  return answer ? judgeDomain(answer, senderDomain(config)) : notChecked(`${sandbox}, and it takes every sender`)
}

function trackingFinding(config: Config, answer: DomainsAnswer | undefined): Finding {
  if (answer) return judgeTracking(answer, senderDomain(config))
  return config.resend ? notChecked('the provider was not asked') : ok(sandbox)
}

function receivingFinding({ inboundDomain, resend }: Config, answer: DomainsAnswer | undefined): Finding {
  if (inboundDomain === undefined) return ok('none: there is no INBOUND_DOMAIN')
  if (answer) return judgeReceiving(answer, inboundDomain)
  return resend ? notChecked('the provider was not asked') : ok(sandbox)
}

async function openAndCheck(
  options: ExamineOptions,
  place: DatabaseConfig | undefined,
): Promise<{ db?: Database; finding: Finding }> {
  if (!place) return { finding: notChecked('DATABASE_URL or DATA_FOLDER is wrong') }
  let db: Database | undefined
  const finding = await bounded(options, 'database', async () => {
    try {
      const opened = await options.open(place)
      const result = await checkDatabase(opened, options.clock)
      db = opened
      return result
    } catch (error) {
      if (!(error instanceof PublicError)) throw error
      return problem(error.message, 'Once it can be used, run doctor again: much was not checked.')
    }
  })
  return { ...(db && { db }), finding }
}

async function checkMigrations(
  options: ExamineOptions,
  db: Database | undefined,
): Promise<{ state?: MigrationState; finding: Finding }> {
  if (!db) return { finding: notChecked(unusable) }
  let state: MigrationState | undefined
  const finding = await bounded(options, 'migrations', async () => {
    state = await migrationState(db)
    return judgeMigrations(state)
  })
  return { ...(state && { state }), finding }
}

type RowsAt = {
  readonly db: Database | undefined
  readonly state: MigrationState | undefined
  readonly config: Config | undefined
  readonly clock: Clock
  readonly apiKey: string
}

async function lookAtRows(
  check: RowCheck,
  { db, state, config, ...patient }: RowsAt,
  options: ExamineOptions,
): Promise<Finding> {
  if (!db) return notChecked(unusable)
  if (!config) return notChecked(misconfigured)
  if (state?.pending.includes(check.since)) return notChecked(`the database is without ${check.since}`)
  return db
    .transaction()
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`select set_config('statement_timeout', ${String(innerLimitMs(options))}, true)`.execute(trx)
      return check.look({ config, ...patient }, trx)
    })
}
