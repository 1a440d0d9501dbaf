// The limit of tries on a real server, where requests come at once and the clock runs.
import { expect, it } from 'vitest'
import { serve } from '../../src/node-http.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import { createApp } from '../../src/web/app.tsx'
import { clientAddressOf } from '../../src/web/client-address.ts'
import { testContext } from '../support/context.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()

it('lets as few tries from one place through on a real server, however many come at once', async () => {
  const server = await serve(
    createApp(
      {
        ...testContext(database.db),
        clock: systemClock,
        random: (count) => crypto.getRandomValues(new Uint8Array(count)),
      },
      {
        background: () => {},
        clientAddress: (c) =>
          clientAddressOf('127.0.0.1', c.req.header('x-forwarded-for'), readConfig({}).trustedProxies),
      },
    ).fetch,
    { host: '127.0.0.1', port: 0, variable: 'PORT' },
  )
  try {
    const statuses = async (readers: number, addressOf: (index: number) => string) => {
      const responses = await Promise.all(
        Array.from({ length: readers }, (_, index) =>
          fetch(`${server.url}/subscribe`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-forwarded-for': addressOf(index) },
            body: JSON.stringify({ email: `${addressOf(index).replace(/\W/g, '')}.${index}@reader.example` }),
          }),
        ),
      )
      return responses.reduce<Record<number, number>>(
        (counts, { status }) => Object.assign(counts, { [status]: (counts[status] ?? 0) + 1 }),
        {},
      )
    }
    const [bomber, visitors] = await Promise.all([
      // what it writes into the header itself changes nothing
      statuses(60, (index) => `198.51.100.${index}, 203.0.113.9`),
      statuses(30, (index) => `192.0.2.${index}`),
    ])
    expect(bomber).toEqual({ 202: 20, 429: 40 })
    expect(visitors).toEqual({ 202: 30 })
    expect(await database.db.selectFrom('messages').select('id').execute()).toHaveLength(50)
  } finally {
    await server.close()
  }
})
