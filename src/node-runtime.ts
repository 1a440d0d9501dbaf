// What a process on Node is made of: configuration in, a context out, and everything closed again at the end.
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { sql } from 'kysely'
import { serve as serveHttp } from './node-http.ts'
import { systemClock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import { connect } from './platform/database/connect.ts'
import { hasEmbeddedDatabase, openEmbeddedDatabase } from './platform/database/embedded.ts'
import { migrateToLatest } from './platform/database/migrate.ts'
import type { Database } from './platform/database/schema.ts'
import { codeOf, PublicError } from './platform/errors.ts'
import { createGuardedFetch } from './platform/guarded-fetch.ts'
import type { Log } from './platform/log.ts'
import { loadSigningKeys } from './platform/signing-keys-store.ts'
import { prepareSandbox } from './sandbox/prepare-sandbox.ts'
import { createSandbox } from './sandbox/sandbox.ts'

export type Runtime = {
  readonly context: Context
  /** Where the sandbox's inbox is; undefined where a provider is configured. */
  readonly inboxUrl: string | undefined
  close(): Promise<void>
}

export type RuntimeOptions = {
  readonly sandboxPort: number
  /** How long a database server may say nothing, in milliseconds; unset where a decision may take as long as it likes. */
  readonly silenceTimeoutMs?: number
  /** What takes the sandbox's events. Unset: they wait in the database for a process that has one. */
  readonly webhooks?: {
    /** Where this process listens, whatever its public name is. */
    readonly serviceUrl: string
    readonly background: (work: Promise<unknown>) => void
  }
}

/** The key that the sandbox of this service is asked with. */
export const sandboxKey = 're_sandbox'

/**
 * Opens the database (the embedded one when none is configured), migrates it, and starts the sandbox when there is no
 * provider. Throws {@link PublicError} with what would do when something is missing or does not answer.
 */
export async function openRuntime(config: Config, log: Log, options: RuntimeOptions): Promise<Runtime> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const random = (byteCount: number) => new Uint8Array(randomBytes(byteCount))
    const prepare = async (opened: Database) => {
      await migrateToLatest(opened)
      if (!config.resend) await prepareSandbox(opened)
      return config.signingKeys ?? loadSigningKeys(opened, random)
    }
    const { db, prepared: keys } = await openDatabase(config, log, closers, prepare, options)
    const webhookSecret = config.webhookSecrets[0] ?? `whsec_${Buffer.from(random(32)).toString('base64')}`
    const sandbox = config.resend
      ? undefined
      : await startSandbox({ db, log, random, webhookSecret, ...options }, closers)
    const context: Context = {
      config: sandbox
        ? {
            ...config,
            resend: { apiKey: sandboxKey, baseUrl: sandbox.apiUrl, isSandbox: true },
            webhookSecrets: [webhookSecret],
          }
        : config,
      db,
      clock: systemClock,
      log,
      keys,
      random,
      fetchUrl: createGuardedFetch(),
    }
    return { context, inboxUrl: sandbox?.inboxUrl, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Brings the configured database up to date and closes it again. Returns the names of the migrations applied. */
export async function migrateOnly(config: Config, log: Log): Promise<string[]> {
  const closers: (() => Promise<unknown>)[] = []
  try {
    return (await openDatabase(config, log, closers, migrateToLatest)).prepared
  } finally {
    for (const closer of closers.reverse()) await closer()
  }
}

/**
 * Opens the configured database, or the embedded one, and prepares it. What has to be closed is added to `closers`, also when
 * it throws: a {@link PublicError} when the database cannot be used.
 */
export async function openDatabase<T>(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  log: Log,
  closers: (() => Promise<unknown>)[],
  prepare: (db: Database) => Promise<T>,
  options: { readonly timeoutMs?: number; readonly poolSize?: number; readonly silenceTimeoutMs?: number } = {},
): Promise<{ db: Database; prepared: T }> {
  const { timeoutMs, poolSize, silenceTimeoutMs } = options
  let url = config.databaseUrl
  if (url === undefined) {
    const embedded = await openEmbeddedDatabase(config.dataFolder, timeoutMs === undefined ? {} : { timeoutMs })
    closers.push(() => embedded.close())
    url = embedded.url
  }
  const db = connect(url, {
    onLost: (error) => log.warn('database_connection_lost', { error: error.message }),
    // Not on the embedded one, whose one session everybody shares.
    ...(config.databaseUrl !== undefined && { idleInTransactionTimeoutMs }),
    ...(config.databaseUrl !== undefined && silenceTimeoutMs !== undefined && { silenceTimeoutMs }),
    ...(poolSize !== undefined && { poolSize }),
    ...(timeoutMs !== undefined && { connectTimeoutMs: timeoutMs }),
  })
  closers.push(() => db.destroy())
  try {
    return { db, prepared: await prepare(db) }
  } catch (error) {
    throw config.databaseUrl === undefined ? error : unreachable(config.databaseUrl, error)
  }
}

/**
 * Opens the configured database as it is: nothing is migrated, and an embedded one that is not there is not made. Throws
 * {@link PublicError} when it cannot be used.
 */
export async function openExistingDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  log: Log,
  options: { readonly timeoutMs: number; readonly poolSize: number },
): Promise<{ readonly db: Database; close(): Promise<void> }> {
  await requireDatabase(config)
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const { db } = await openDatabase(config, log, closers, (opened) => sql`select 1`.execute(opened), options)
    return { db, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Throws {@link PublicError} where an embedded database is meant that is not there. */
export async function requireDatabase({
  databaseUrl,
  dataFolder,
}: Pick<Config, 'databaseUrl' | 'dataFolder'>): Promise<void> {
  if (databaseUrl !== undefined || (await hasEmbeddedDatabase(dataFolder))) return
  throw new PublicError(
    'unavailable',
    `There is no database in ${resolve(dataFolder)}: newsmatro start makes one. If there should be one, see to DATA_FOLDER, or to DATABASE_URL for a server.`,
  )
}

/** Below the lease of a batch. */
const idleInTransactionTimeoutMs = 30_000

const databaseProblems: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'it does not answer',
  '28P01': 'the password is wrong',
  '28000': 'that user may not log in',
  '3D000': 'there is no such database',
  '42501': 'that user may not create tables there',
}

/** What passes: a server that is killed, restarted or full. */
const passingProblems: Record<string, string> = {
  ECONNRESET: 'it ended the connection',
  '53300': 'it takes no more connections',
  '57P01': 'it is stopping',
  '57P02': 'it has crashed',
  '57P03': 'it is starting or stopping',
}

const says = (cause: unknown, words: string) => cause instanceof Error && cause.message.includes(words)

/** What pg says of a connection that breaks under a statement, and before one. */
const isBroken = (cause: unknown) =>
  ['terminated unexpectedly', 'not queryable', 'fell silent'].some((words) => says(cause, words))

const passingProblem = (cause: unknown): string | undefined =>
  passingProblems[isBroken(cause) ? 'ECONNRESET' : codeOf(cause)]

/** What a command threw: where its database server went away in the middle, a {@link PublicError} that says so. */
export function explainLoss({ databaseUrl }: Pick<Config, 'databaseUrl'>, cause: unknown): unknown {
  const isLost =
    passingProblem(cause) !== undefined ||
    ['ECONNREFUSED', 'ETIMEDOUT', 'EPIPE'].includes(codeOf(cause)) ||
    says(cause, 'timeout exceeded when trying to connect')
  return databaseUrl !== undefined && isLost ? unreachable(databaseUrl, cause) : cause
}

function unreachable(databaseUrl: string, cause: unknown): unknown {
  if (cause instanceof PublicError) return cause
  const code = codeOf(cause)
  const passing = passingProblem(cause)
  const problem = passing ?? databaseProblems[code] ?? (says(cause, 'timeout') ? 'it does not answer' : undefined)
  // An error with an SQLSTATE came from a database that answers: a defect, and shown as one.
  if (!problem && /^[0-9A-Z]{5}$/.test(code)) return cause
  const { hostname, port, pathname } = new URL(databaseUrl)
  const where = `${hostname}:${port || '5432'}${pathname}`
  return new PublicError(
    passing ? 'unavailable' : 'misconfigured',
    `The database ${where} cannot be used: ${problem ?? 'it does not answer as PostgreSQL does'}. ${
      passing ? 'Start again when it is back.' : 'Check DATABASE_URL, or unset it for the embedded database.'
    }`,
    { cause },
  )
}

async function startSandbox(
  options: RuntimeOptions & Pick<Context, 'db' | 'log' | 'random'> & { readonly webhookSecret: string },
  closers: (() => Promise<unknown>)[],
): Promise<{ inboxUrl: string; apiUrl: string }> {
  const { db, log, random, webhooks } = options
  const sandbox = createSandbox({
    db,
    clock: systemClock,
    random,
    log,
    ...(webhooks && {
      webhook: { url: `${webhooks.serviceUrl}/webhooks/resend`, secret: options.webhookSecret },
      background: webhooks.background,
    }),
  })
  const server = await serveHttp(sandbox.fetch, {
    host: '127.0.0.1',
    port: options.sandboxPort,
    variable: 'PORT (the sandbox takes the port after it)',
  })
  closers.push(() => server.close())
  return { inboxUrl: server.url, apiUrl: `http://127.0.0.1:${server.port}` }
}
