// Kysely as a simulated process has it: each statement waits for the scheduler.
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { Database, Tables } from '../../src/platform/database/schema.ts'
import type { Actor } from './scheduler.ts'
import type { Session } from './session.ts'

/** An error that the world put in. */
export class InjectedError extends Error {}

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
