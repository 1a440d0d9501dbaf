import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { explainLoss } from '../../src/node-runtime.ts'
import { connect } from '../../src/platform/database/connect.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

/** The way to the database, which can be cut. */
async function cuttable() {
  const target = new URL(database.url)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const onward = createConnection(Number(target.port || 5432), target.hostname)
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {}).on('close', () => to.destroy())
      from.pipe(to)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.host = `127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    url: url.href,
    /** As a machine that vanishes: nothing comes any more, and nobody is told. */
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy()
      sockets.clear()
    },
    close: () => server.close(),
  }
}

it('survives a connection that breaks between two statements of a transaction, and goes on with another', async () => {
  const way = await cuttable()
  const lost = Promise.withResolvers<Error>()
  const db = connect(way.url, { onLost: lost.resolve })
  const transaction = db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    way.cut()
    await lost.promise
    await sql`select 1`.execute(trx)
  })
  await expect(transaction).rejects.toThrow()
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  await db.destroy()
  way.close()
})

it('survives idle connections that break', async () => {
  const way = await cuttable()
  const lost = Promise.withResolvers<Error>()
  const db = connect(way.url, { onLost: lost.resolve })
  await sql`select 1`.execute(db)
  way.cut()
  await lost.promise
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  await db.destroy()
  way.close()
})

it('tells a server that went away in the middle from a defect', async () => {
  const way = await cuttable()
  const broken = Promise.withResolvers<Error>()
  const db = connect(way.url, { onLost: broken.resolve })
  const told = (error: unknown) => explainLoss({ databaseUrl: way.url }, error)
  const work = db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    way.cut()
    way.close()
    await broken.promise
    await sql`select 1`.execute(trx)
  })
  const lost = await work.catch((error: unknown) => error)
  expect(told(lost)).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^The database 127\.0\.0\.1:\d+\/\S+ cannot be used: it ended the connection\. /),
  })
  const gone = await sql`select 1`.execute(db).catch((error: unknown) => error)
  expect(told(gone)).toMatchObject({ code: 'misconfigured', message: expect.stringContaining('nothing listens there') })
  const defect = await sql`select no_such_column`.execute(database.db).catch((error: unknown) => error)
  expect(told(defect)).toBe(defect)
  expect(explainLoss({ databaseUrl: undefined }, lost)).toBe(lost)
  await db.destroy()
})

it('gives up a statement whose server vanished under it, and goes on with another connection', async () => {
  const way = await cuttable()
  const db = connect(way.url, { silenceTimeoutMs: 300, poolSize: 1 })
  await sql`select 1`.execute(db)
  way.silence()
  await expect(sql`select 1`.execute(db)).rejects.toThrow()
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  await db.destroy()
  way.cut()
  way.close()
})
