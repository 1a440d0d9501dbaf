import { Socket } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database, Tables } from './schema.ts'

const INT8 = 20
const DATE = 1082

/** `bigint` as a number (this schema's ids and counts stay far below 2^53) and `date` as the day it is, without a zone. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === INT8) return parseInt8
    if (oid === DATE) return (text: string) => text
    return pg.types.getTypeParser(oid, format)
  },
}

function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of range: ${text}`)
  return value
}

export type ConnectOptions = {
  /** The most connections this process opens. */
  readonly poolSize?: number
  /** Milliseconds; 0 leaves it to the server. A pooler in between may refuse to be told. */
  readonly statementTimeoutMs?: number
  /**
   * Milliseconds after which the server ends a session that does nothing within a transaction: a process that was stopped
   * there holds its locks no longer. Unset: never.
   */
  readonly idleInTransactionTimeoutMs?: number
  /** How long to wait for a connection, in milliseconds. */
  readonly connectTimeoutMs?: number
  /**
   * Milliseconds without a byte from the server after which a connection is given up; longer than any statement takes. A server
   * that vanishes without a word is noticed by keep-alive only while nothing is asked of it: what was sent to it is sent again and
   * again, for a quarter of an hour. Unset: never. On Node only.
   */
  readonly silenceTimeoutMs?: number
  /** Called when a connection breaks; the pool replaces it by itself. */
  readonly onLost?: (error: Error) => void
}

const keepAliveMs = 10_000

/** Opens a pool on a `postgres://` URL. No statement runs longer than 60 s, so that none holds back a digest's window for long. */
export function connect(databaseUrl: string, options: ConnectOptions = {}): Database {
  const { statementTimeoutMs = 60_000, silenceTimeoutMs } = options
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    // A server that vanishes without a word would otherwise be waited for without end.
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    ...(statementTimeoutMs > 0 ? { statement_timeout: statementTimeoutMs } : {}),
    ...(options.idleInTransactionTimeoutMs !== undefined && {
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
    }),
    ...(silenceTimeoutMs !== undefined && { stream: () => socketThatEnds(silenceTimeoutMs) }),
    application_name: 'newsmatro',
    types: columnTypes,
  })
  // The pool listens to those that are idle, and nobody to one that is lent and between two statements: an error there
  // would end the process.
  pool.on('connect', (client) => {
    client.once('error', (error) => options.onLost?.(error))
    client.on('error', () => {})
  })
  pool.on('error', () => {})
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

function socketThatEnds(silenceTimeoutMs: number): Socket {
  const socket = new Socket()
  return socket.setTimeout(silenceTimeoutMs, () => socket.destroy(new Error('the database fell silent')))
}
