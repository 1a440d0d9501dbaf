import { Resend } from 'resend'
import { describe, expect, test } from 'vitest'
import { serve } from '../../src/node-http.ts'
import { createLog } from '../../src/platform/log.ts'
import { cutConnections } from '../../src/sandbox/cut-connections.ts'
import { type FaultKind, planFaults, requestFaultKinds } from '../../src/sandbox/faults.ts'
import { ConnectionReset } from '../../src/sandbox/sandbox.ts'
import { email, later, testSandbox } from './support.ts'

const sandbox = testSandbox()

const countMails = async () => (await sandbox.tables.selectFrom('emails').select('id').execute()).length

const countRequests = async () => (await sandbox.tables.selectFrom('request_windows').select('team').execute()).length

/** Options under which every request meets this fault. */
const always = (kind: FaultKind, seed = 1) => ({ faults: { seed, share: 1, kinds: [kind] } })

/** The first seed for which that holds. */
function seedWhere(isWanted: (seed: number) => boolean): number {
  for (let seed = 0; seed < 1_000; seed += 1) if (isWanted(seed)) return seed
  throw new Error('no seed chooses that')
}

/** The first seed with which the first request meets the fault to this extent. */
const seedWithExtent = (kind: FaultKind, isWanted: (extent: number) => boolean) =>
  seedWhere((seed) => isWanted(planFaults(always(kind, seed).faults).ofRequest(0)?.extent ?? Number.NaN))

describe('each fault, seen through the real client', () => {
  test.each([
    ['unavailable', 503, 'service_unavailable', 0],
    ['reset_before', null, 'application_error', 0],
    ['reset_after', null, 'application_error', 1],
    ['truncated_json', null, 'application_error', 1],
  ] as const)('%s: status %s, %s, %i accepted', async (kind, statusCode, name, accepted) => {
    const { client } = await sandbox.start(always(kind))
    const single = await client().emails.send(email(), { idempotencyKey: 'one' })
    const batch = await client().batch.send([email(), email()], { idempotencyKey: 'two' })
    expect(single.error).toMatchObject({ statusCode, name })
    expect(batch.error).toMatchObject({ statusCode, name })
    expect(await countMails()).toBe(3 * accepted)

    const { client: later } = await sandbox.start()
    expect((await later().emails.send(email(), { idempotencyKey: 'one' })).error).toBeNull()
    expect((await later().batch.send([email(), email()], { idempotencyKey: 'two' })).data?.data).toHaveLength(2)
    expect(await countMails()).toBe(3)
  })

  test.each([
    ['error_before', 0],
    ['error_after', 1],
  ] as const)('%s: in the words of Resend or of a gateway, %i accepted', async (kind, accepted) => {
    const forms = [
      [0, { statusCode: 500, name: 'application_error', message: 'An unexpected error occurred.' }],
      [1, { message: 'Internal server error' }],
      [2, { statusCode: 502, name: 'application_error', message: expect.any(String) }],
    ] as const
    for (const [third, error] of forms) {
      const seed = seedWithExtent(kind, (extent) => Math.floor(extent * 3) === third)
      const { client } = await sandbox.start(always(kind, seed))
      expect((await client().emails.send(email())).error).toEqual(error)
    }
    expect(await countMails()).toBe(3 * accepted)
  })

  test.each([
    ['hang_before', 0],
    ['hang_after', 1],
  ] as const)(
    '%s: no answer until the client leaves, which the sandbox notices; %i accepted',
    async (kind, accepted) => {
      const begun: Promise<unknown>[] = []
      const { app } = await sandbox.start(always(kind))
      const server = await serve(
        cutConnections((request, env) => {
          const answer = Promise.resolve(app.fetch(request, env))
          begun.push(answer.catch((error: unknown) => error))
          return answer
        }),
        { host: '127.0.0.1', port: 0, variable: 'PORT' },
      )
      const leaving = new AbortController()
      const resend = new Resend('re_test', { baseUrl: server.url })
      let isAnswered = false
      const answer = resend.emails
        .send(email({ html: 'x'.repeat(1_000_000) }), { signal: leaving.signal })
        .finally(() => {
          isAnswered = true
        })
      await expect.poll(accepted ? countMails : countRequests).toBe(1)
      expect(isAnswered).toBe(false)
      leaving.abort()
      expect((await answer).error).toMatchObject({ statusCode: null })
      expect(await Promise.all(begun)).toEqual([expect.any(ConnectionReset)])
      expect(await countMails()).toBe(accepted)
      await server.close()
    },
  )

  test('rate_limit_storm: every call is refused for as long as retry-after says', async () => {
    const seed = seedWithExtent('rate_limit_storm', (extent) => extent > 0.5 && extent < 0.7)
    const { client, clock } = await sandbox.start(always('rate_limit_storm', seed))
    const first = await client().emails.send(email())
    expect(first.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' })
    expect(first.headers).toMatchObject({ 'retry-after': '4', 'ratelimit-remaining': '0' })
    clock.set(later(2_000))
    expect((await client().batch.send([email()])).headers).toMatchObject({ 'retry-after': '2' })
    expect(await countMails()).toBe(0)
  })

  test('a storm passes', async () => {
    const plan = (seed: number) => planFaults({ seed, share: 0.5, kinds: ['rate_limit_storm'] })
    const seed = seedWhere((one) => plan(one).ofRequest(0) !== undefined && plan(one).ofRequest(2) === undefined)
    const { client, clock } = await sandbox.start({ faults: { seed, share: 0.5, kinds: ['rate_limit_storm'] } })
    expect((await client().emails.send(email())).error?.statusCode).toBe(429)
    expect((await client().emails.send(email())).error?.statusCode).toBe(429)
    clock.set(later(5_000))
    expect((await client().emails.send(email())).error).toBeNull()
  })

  test.each([
    ['daily', (extent: number) => extent < 0.5],
    ['monthly', (extent: number) => extent >= 0.5],
  ] as const)('quota_spent: the %s one', async (period, isWanted) => {
    const seed = seedWithExtent('quota_spent', isWanted)
    const { client, clock } = await sandbox.start(always('quota_spent', seed))
    for (const passed of [0, 9_000]) {
      clock.set(later(passed))
      expect((await client().emails.send(email())).error).toMatchObject({
        statusCode: 429,
        name: `${period}_quota_exceeded`,
      })
    }
    expect(await countMails()).toBe(0)
  })

  test('slow: the answer is right, and late by the clock', async () => {
    const { client, clock } = await sandbox.start(always('slow'))
    expect((await client().emails.send(email())).data).toEqual({ id: expect.any(String) })
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(later(500).getTime())
    expect(clock.now().getTime()).toBeLessThan(later(20_000).getTime())
  })

  test('wrong_shape: JSON that is no answer, with all accepted', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { client } = await sandbox.start(always('wrong_shape', seed))
      const { data, error } = await client().emails.send(email())
      expect(error).toBeNull()
      expect(data?.id).not.toEqual(expect.any(String))
    }
    expect(await countMails()).toBe(20)
  })

  test('wrong_count: other than one id a mail', async () => {
    const counts = new Set<number>()
    for (let seed = 0; seed < 12; seed += 1) {
      const { client } = await sandbox.start(always('wrong_count', seed))
      const { data } = await client().batch.send([email(), email(), email()])
      const ids = new Set(data?.data.map(({ id }) => id))
      expect(ids.size === 3 && data?.data.length === 3).toBe(false)
      counts.add(data?.data.length ?? 0)
      expect((await client().emails.send(email())).data).not.toHaveProperty('id')
    }
    expect([...counts].sort()).toEqual([2, 3, 4])
    expect(await countMails()).toBe(12 * 4)
  })

  test('a refusal stays one: nothing is spoiled that was not accepted', async () => {
    const { client } = await sandbox.start(always('wrong_shape'))
    expect((await client().emails.send(email({ to: 'nobody' }))).error).toMatchObject({ statusCode: 422 })
  })
})

describe('without a socket', () => {
  const request = (signal?: AbortSignal) =>
    new Request('http://localhost/emails', {
      method: 'POST',
      headers: { authorization: 'Bearer re_test', 'user-agent': 'test' },
      body: JSON.stringify(email()),
      ...(signal && { signal }),
    })

  test.each(['reset_before', 'reset_after'] as const)('%s rejects', async (kind) => {
    const { app } = await sandbox.start(always(kind))
    await expect(app.fetch(request())).rejects.toBeInstanceOf(ConnectionReset)
  })

  test.each(['hang_before', 'hang_after'] as const)('%s ends when its signal aborts', async (kind) => {
    const logged: string[] = []
    const { app } = await sandbox.start({ ...always(kind), log: createLog((line) => logged.push(line)) })
    const leaving = new AbortController()
    const answer = app.fetch(request(leaving.signal))
    await (kind === 'hang_after' ? expect.poll(countMails) : expect.poll(() => logged.length)).toBe(1)
    leaving.abort()
    await expect(answer).rejects.toBeInstanceOf(ConnectionReset)
    await expect(app.fetch(request(leaving.signal))).rejects.toBeInstanceOf(ConnectionReset)
  })
})

describe('what is chosen', () => {
  const kindsOf = (seed: number, share = 0.3) => {
    const plan = planFaults({ seed, share })
    return Array.from({ length: 500 }, (_, number) => plan.ofRequest(number)?.kind)
  }

  test('is the same for the same seed, and other for another', () => {
    expect(kindsOf(7)).toEqual(kindsOf(7))
    expect(kindsOf(7)).not.toEqual(kindsOf(8))
    expect(planFaults({ seed: 7, share: 0.3 }).ofRequest(400)?.kind).toBe(kindsOf(7)[400])
  })

  test('is about as much as asked for, of every kind', () => {
    const kinds = kindsOf(7).filter((kind) => kind !== undefined)
    expect(kinds.length).toBeGreaterThan(110)
    expect(kinds.length).toBeLessThan(190)
    expect(new Set(kinds)).toEqual(new Set(requestFaultKinds))
    expect(kindsOf(7, 0).every((kind) => kind === undefined)).toBe(true)
    expect(kindsOf(7, 1).every((kind) => kind !== undefined)).toBe(true)
  })

  test('happens again when the same requests come again', async () => {
    const run = async (seed: number) => {
      const { client } = await sandbox.start({
        faults: { seed, share: 0.5, kinds: ['reset_after', 'error_before', 'unavailable', 'wrong_count'] },
      })
      const seen: unknown[] = []
      for (let number = 0; number < 20; number += 1) {
        const { data, error } = await client().emails.send(email())
        seen.push(error?.statusCode ?? error?.name ?? Object.keys(data ?? {}))
      }
      return seen
    }
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect(await run(2)).not.toEqual(first)
  })
})
