// The database of a simulated world: a real one, one session. Time is the world's: `sqlNow` is filled in when a statement
// runs, as a server's clock is read.
import { PGlite } from '@electric-sql/pglite'
import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'
import { columnTypes, connect } from '../../src/platform/database/connect.ts'
import { migrateToLatest } from '../../src/platform/database/migrate.ts'
import { servePGlite } from '../../src/platform/database/pglite-server.ts'
import type { Actor } from './scheduler.ts'

class DatabaseTime {}

/** The database's clock, as an expression: the time at which the statement runs, not that at which it was written. */
export const sqlNow: RawBuilder<Date> = sql<Date>`${new DatabaseTime()}::timestamptz`

export type Committed = (actor: Actor, statements: readonly string[]) => Promise<void>

/** A connection of a process, which may have a transaction open. */
type Holder = { readonly actor: Actor }

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
  private owner: Holder | undefined
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

  isFreeFor(connection: Holder): boolean {
    return this.owner === undefined || this.owner === connection
  }

  get isInTransaction(): boolean {
    return this.owner !== undefined
  }

  take(connection: Holder): void {
    this.owner = connection
  }

  async giveBack(connection: Holder, statement: 'commit' | 'rollback'): Promise<void> {
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
