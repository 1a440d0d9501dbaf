// The database of a simulated world: a real one, one session, in which each statement waits for the scheduler. Time is the
// world's: `sqlNow` is filled in when a statement runs, as a server's clock is read.
import { PGlite } from '@electric-sql/pglite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type RawBuilder,
  sql,
} from 'kysely'
import pg from 'pg'
import { columnTypes, connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import { servePGlite } from '../../src/platform/database/pglite-server.ts'
import type { Database, Tables } from '../../src/platform/database/schema.ts'
import type { Actor } from './scheduler.ts'

class DatabaseTime {}

/** The database's clock, as an expression: the time at which the statement runs, not that at which it was written. */
export const sqlNow: RawBuilder<Date> = sql<Date>`${new DatabaseTime()}::timestamptz`

/** An error that the world put in. */
export class InjectedError extends Error {}

export type Committed = (actor: Actor, statements: readonly string[]) => Promise<void>

type Place = { readonly url: string; close(): Promise<void> }

async function embedded(): Promise<Place> {
  const lite = await PGlite.create()
  const server = await servePGlite(lite)
  return {
    url: server.url,
    close: async () => {
      await server.close()
      await lite.close()
    },
  }
}

async function onServer(serverUrl: string): Promise<Place> {
  const name = `newsmatro_simulation_${process.pid}`
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    close: async () => {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** The one session, and who has a transaction open in it. */
export class Session {
  /** Set for each world. */
  now: () => number = () => 0
  committed: Committed = async () => {}
  private owner: Connection | undefined
  private readonly client: pg.Client
  private readonly end: () => Promise<void>

  private constructor(client: pg.Client, end: () => Promise<void>) {
    this.client = client
    this.end = end
  }

  /** On PGlite, or on a database of its own on the server of this URL. */
  static async open(serverUrl?: string): Promise<Session> {
    const place = serverUrl === undefined ? await embedded() : await onServer(serverUrl)
    const db = connect(place.url)
    await migrateToLatest(db)
    await db.destroy()
    const client = new pg.Client({ connectionString: place.url, types: columnTypes })
    await client.connect()
    await client.query('set synchronous_commit = off')
    return new Session(client, async () => {
      await client.end()
      await place.close()
    })
  }

  close(): Promise<void> {
    return this.end()
  }

  isFreeFor(connection: Connection): boolean {
    return this.owner === undefined || this.owner === connection
  }

  get isInTransaction(): boolean {
    return this.owner !== undefined
  }

  take(connection: Connection): void {
    this.owner = connection
  }

  async giveBack(connection: Connection, statement: 'commit' | 'rollback'): Promise<void> {
    if (this.owner !== connection) return
    await this.run(statement)
    this.owner = undefined
  }

  /** As the server does when a process is gone. */
  async abandon(actor: Actor): Promise<void> {
    if (this.owner?.actor === actor) await this.giveBack(this.owner, 'rollback')
  }

  /** Straight to the database, past the scheduler. */
  async run(text: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
    const now = new Date(this.now())
    const values = parameters.map((one) => (one instanceof DatabaseTime ? now : one))
    return this.client.query(text, values)
  }

  async read<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return (await this.run(text, parameters)).rows as Row[]
  }

  async empty(): Promise<void> {
    this.owner = undefined
    const names = await this.read<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = 'public' and tablename not like 'kysely_%'`,
    )
    await this.run(`truncate ${names.map(({ name }) => name).join(', ')} restart identity cascade`)
    await this.run(`insert into newsletters (slug, name) values ('newsmatro', 'Newsmatro')`)
  }
}

/** The database as it is, past the scheduler: for looking at it while nothing else happens. */
export function directDatabase(session: Session): Database {
  const connection: DatabaseConnection = {
    executeQuery: async <R>(query: CompiledQuery) => ({
      rows: (await session.run(query.sql, query.parameters)).rows as R[],
    }),
    streamQuery: refuseToStream,
  }
  const refuse = async () => {
    throw new Error('only for looking')
  }
  return kyselyOn({
    init: async () => {},
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    destroy: async () => {},
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
  })
}

// biome-ignore lint/correctness/useYield: the interface asks for a generator
async function* refuseToStream(): AsyncIterableIterator<never> {
  throw new Error('nothing here streams')
}

function kyselyOn(driver: Driver): Database {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

/** The database as one process sees it. */
export function databaseOf(actor: Actor, session: Session): Database {
  actor.onDeath.push(() => session.abandon(actor))
  return kyselyOn(new SimulatedDriver(actor, session))
}

class SimulatedDriver implements Driver {
  private readonly actor: Actor
  private readonly session: Session

  constructor(actor: Actor, session: Session) {
    this.actor = actor
    this.session = session
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<Connection> {
    return new Connection(this.actor, this.session)
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}

  beginTransaction(connection: Connection): Promise<void> {
    return connection.begin()
  }
  commitTransaction(connection: Connection): Promise<void> {
    return connection.commit()
  }
  rollbackTransaction(connection: Connection): Promise<void> {
    return connection.rollback()
  }
}

class Connection implements DatabaseConnection {
  readonly actor: Actor
  private readonly session: Session
  private isBroken = false
  private isInTransaction = false
  private statements: string[] = []

  constructor(actor: Actor, session: Session) {
    this.actor = actor
    this.session = session
  }

  begin(): Promise<void> {
    return this.operation('begin', 'begin', async () => {
      await this.session.run('begin')
      this.session.take(this)
      this.isInTransaction = true
    })
  }

  commit(): Promise<void> {
    return this.operation('commit', 'commit', async () => {
      await this.session.giveBack(this, 'commit')
      this.isInTransaction = false
      await this.session.committed(this.actor, this.statements)
    })
  }

  async rollback(): Promise<void> {
    if (this.isBroken) return
    await this.operation('rollback', 'rollback', async () => {
      await this.session.giveBack(this, 'rollback')
      this.isInTransaction = false
    })
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const text = query.sql.replace(/\s+/g, ' ').trim()
    return this.operation('query', text.slice(0, 110), async () => {
      const result = await this.session.run(query.sql, query.parameters)
      this.statements.push(text)
      if (!this.isInTransaction) await this.session.committed(this.actor, this.statements.splice(0))
      const counts = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command)
      return { rows: result.rows as R[], ...(counts ? { numAffectedRows: BigInt(result.rowCount ?? 0) } : {}) }
    })
  }

  readonly streamQuery = refuseToStream

  private operation<T>(kind: 'begin' | 'query' | 'commit' | 'rollback', label: string, run: () => Promise<T>) {
    return this.actor.park(
      kind,
      label,
      async () => {
        if (this.isBroken) throw new InjectedError('the connection is gone')
        return run()
      },
      {
        canRun: () => this.session.isFreeFor(this),
        fail: async () => {
          this.isBroken = true
          await this.session.giveBack(this, 'rollback')
          return new InjectedError('Connection terminated unexpectedly')
        },
      },
    )
  }
}
