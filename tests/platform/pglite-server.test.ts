import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PGliteServer, servePGlite } from '../../src/platform/database/pglite-server.ts'

let database: PGlite
let server: PGliteServer
beforeAll(async () => {
  database = await PGlite.create()
  server = await servePGlite(database)
  await database.exec('create table counters (id int primary key, value int not null)')
})
afterAll(async () => {
  await server.close()
  await database.close()
})

async function connected(count: number): Promise<pg.Client[]> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: server.url }))
  for (const client of clients) client.on('error', () => {})
  await Promise.all(clients.map((client) => client.connect()))
  return clients
}

describe('PGlite behind several connections', () => {
  it('keeps their statements and parameters apart', async () => {
    const clients = await connected(8)
    await Promise.all(
      clients.map(async (client, number) => {
        for (let round = 0; round < 50; round++) {
          const values = Array.from(
            { length: 1 + ((number + round) % 5) },
            (_, index) => number * 1_000 + round + index,
          )
          const list = values.map((_, index) => `$${index + 1}::int`).join(', ')
          const { rows } = await client.query(`select array[${list}] as echoed`, values)
          expect(rows).toEqual([{ echoed: values }])
        }
      }),
    )
    await Promise.all(clients.map((client) => client.end()))
  })

  it('lets a transaction finish before anybody else has a turn', async () => {
    await database.exec('delete from counters; insert into counters values (1, 0)')
    const clients = await connected(6)
    await Promise.all(
      clients.map(async (client) => {
        for (let round = 0; round < 10; round++) {
          await client.query('begin')
          const { rows } = await client.query('select value from counters where id = $1', [1])
          await client.query('update counters set value = $1 where id = 1', [rows[0].value + 1])
          await client.query('commit')
        }
      }),
    )
    expect((await clients[0]?.query('select value from counters'))?.rows).toEqual([{ value: 60 }])
    await Promise.all(clients.map((client) => client.end()))
  })

  it('rolls back what a connection left open, and goes on with the others', async () => {
    await database.exec('delete from counters')
    const [dying, living] = await connected(2)
    await dying?.query('begin')
    await dying?.query('insert into counters values (7, 7)')
    const waiting = living?.query('select count(*)::int as count from counters')
    await dying?.end()
    expect((await waiting)?.rows).toEqual([{ count: 0 }])
    await living?.end()
  })

  it('gives an error to the one who made it, and nobody else', async () => {
    const [wrong, right] = await connected(2)
    const results = await Promise.allSettled([
      wrong?.query('select $1::int / 0', [1]),
      right?.query('select $1::int as one', [1]),
      wrong?.query('select nonsense'),
      wrong?.query('select $1::int as two', [2]),
    ])
    expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
    await Promise.all([wrong?.end(), right?.end()])
  })

  it('leaves a failed transaction to its owner until it is rolled back', async () => {
    const [failing, other] = await connected(2)
    await failing?.query('begin')
    await expect(failing?.query('select nonsense')).rejects.toThrow()
    const waiting = other?.query('select 1 as one')
    await failing?.query('rollback')
    expect((await waiting)?.rows).toEqual([{ one: 1 }])
    await Promise.all([failing?.end(), other?.end()])
  })

  it('takes megabytes in either direction', async () => {
    const [client] = await connected(1)
    const text = 'ü'.repeat(4_000_000)
    const { rows } = (await client?.query('select $1::text as text, length($1::text) as length', [text])) ?? {
      rows: [],
    }
    expect(rows[0].length).toBe(4_000_000)
    expect(rows[0].text === text).toBe(true)
    await client?.end()
  })
})
