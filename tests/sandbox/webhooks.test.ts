import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/platform/clock.ts'
import { deliverWebhooks } from '../../src/sandbox/sandbox.ts'
import { email, later, minutes, type RunningSandbox, testSandbox } from './support.ts'

const sandbox = testSandbox()
const webhook = { url: 'http://127.0.0.1:9/webhooks', secret: 'whsec_c2FuZGJveCB3ZWJob29rIHNlY3JldA==' }

type Posted = { id: string; type: string; to: string; headers: Headers; payload: string }

/** Takes events as a service would, and answers with what `answer` returns for each. */
function receiver(answer: (event: Posted) => number = () => 200) {
  const events: Posted[] = []
  return {
    events,
    fetch: async (request: Request) => {
      const payload = await request.text()
      const { type, data } = JSON.parse(payload)
      const event = {
        id: request.headers.get('svix-id') ?? '',
        type,
        to: data.to[0],
        headers: request.headers,
        payload,
      }
      events.push(event)
      return new Response(null, { status: answer(event) })
    },
  }
}

async function eventsOf(running: RunningSandbox, ...to: string[]): Promise<string[][]> {
  const { events, fetch } = receiver()
  for (const address of to) expect((await running.client().emails.send(email({ to: address }))).error).toBeNull()
  await deliverWebhooks({ db: sandbox.db, clock: running.clock, webhook, fetch })
  return events.map((event) => [event.to, event.type])
}

describe('what happens to a mail', () => {
  test.each([
    ['delivered@resend.dev', ['email.sent', 'email.delivered']],
    ['delivered+label@resend.dev', ['email.sent', 'email.delivered']],
    ['bounced@resend.dev', ['email.sent', 'email.bounced']],
    ['Bounced+Label@resend.dev', ['email.sent', 'email.bounced']],
    ['complained+1@resend.dev', ['email.sent', 'email.delivered', 'email.complained']],
    ['suppressed@resend.dev', ['email.suppressed']],
    ['bounced@example.com', ['email.sent', 'email.delivered']],
  ])('to %s: %j', async (to, types) => {
    const running = await sandbox.start()
    expect(await eventsOf(running, to)).toEqual(types.map((type) => [to, type]))
    const { data } = await running.client().emails.list()
    expect(`email.${data?.data[0]?.last_event}`).toBe(types.at(-1))
  })

  test.each(['bounced+x@resend.dev', 'complained+x@resend.dev'])('%s is suppressed from then on', async (to) => {
    const running = await sandbox.start()
    await eventsOf(running, to)
    expect(await eventsOf(running, to.toUpperCase(), 'bounced+y@resend.dev')).toEqual([
      [to.toUpperCase(), 'email.suppressed'],
      ['bounced+y@resend.dev', 'email.sent'],
      ['bounced+y@resend.dev', 'email.bounced'],
    ])
    const { data } = await running.client('re_other').emails.send(email({ to }))
    expect((await running.client('re_other').emails.get(data?.id ?? '')).data?.last_event).not.toBe('suppressed')
  })
})

describe('a webhook', () => {
  test('is signed so that the client verifies it, and carries what Resend sends', async () => {
    const running = await sandbox.start()
    const { events, fetch } = receiver()
    const tags = [
      { name: 'message', value: '17' },
      { name: 'kind', value: 'digest' },
    ]
    const resend = running.client()
    const sent = await resend.emails.send(email({ to: 'bounced+1@resend.dev', tags }))
    running.clock.set(systemClock.now())
    expect(await deliverWebhooks({ db: sandbox.db, clock: running.clock, webhook, fetch })).toEqual({
      posted: 2,
      failed: 0,
    })
    const event = events[1]
    const signed = {
      payload: event?.payload ?? '',
      headers: {
        id: event?.id ?? '',
        timestamp: event?.headers.get('svix-timestamp') ?? '',
        signature: event?.headers.get('svix-signature') ?? '',
      },
      webhookSecret: webhook.secret,
    }
    expect(resend.webhooks.verify(signed)).toMatchObject({
      type: 'email.bounced',
      created_at: later(0).toISOString(),
      data: {
        email_id: sent.data?.id,
        from: 'Daily News <news@news.example>',
        to: ['bounced+1@resend.dev'],
        subject: 'Hello',
        tags: { message: '17', kind: 'digest' },
        bounce: { type: 'Permanent', subType: 'General' },
      },
    })
    expect(() => resend.webhooks.verify({ ...signed, payload: `${signed.payload} ` })).toThrow()
  })

  test('is posted once, in the order of what happened', async () => {
    const running = await sandbox.start()
    const first = await eventsOf(running, 'a@example.com', 'b@example.com')
    expect(first.map(([to]) => to)).toEqual(['a@example.com', 'a@example.com', 'b@example.com', 'b@example.com'])
    expect(await eventsOf(running)).toEqual([])
  })

  test('that is refused waits for its next try, and comes with the same id', async () => {
    const running = await sandbox.start()
    const { events, fetch } = receiver((event) => (events.length === 1 && event.type === 'email.sent' ? 503 : 200))
    await running.client().emails.send(email())
    const options = { db: sandbox.db, clock: running.clock, webhook, fetch }
    expect(await deliverWebhooks(options)).toEqual({ posted: 1, failed: 1 })
    expect(await deliverWebhooks(options)).toEqual({ posted: 0, failed: 0 })
    running.clock.set(later(5_000))
    expect(await deliverWebhooks(options)).toEqual({ posted: 1, failed: 0 })
    expect(events.map(({ type }) => type)).toEqual(['email.sent', 'email.delivered', 'email.sent'])
    expect(events[2]?.id).toBe(events[0]?.id)
    expect(events[2]?.payload).toBe(events[0]?.payload)
  })

  test('is given up after eight tries', async () => {
    const running = await sandbox.start()
    const { events, fetch } = receiver((event) => (event.type === 'email.sent' ? 500 : 200))
    await running.client().emails.send(email())
    for (let round = 0; round < 12; round += 1) {
      running.clock.set(later(minutes(660 * round)))
      await deliverWebhooks({ db: sandbox.db, clock: running.clock, webhook, fetch })
    }
    expect(events.filter(({ type }) => type === 'email.sent')).toHaveLength(8)
  })

  test('that nobody answers leaves the others for later', async () => {
    const running = await sandbox.start()
    await running.client().batch.send([email(), email()])
    const options = { db: sandbox.db, clock: running.clock, webhook }
    const unreachable = async () => Promise.reject(new TypeError('fetch failed'))
    expect(await deliverWebhooks({ ...options, fetch: unreachable })).toEqual({ posted: 0, failed: 1 })
    expect(await deliverWebhooks({ ...options, fetch: receiver().fetch })).toEqual({ posted: 3, failed: 0 })
  })

  test('is posted by one process at a time', async () => {
    const running = await sandbox.start()
    await running.client().batch.send(Array.from({ length: 20 }, () => email()))
    const { events, fetch } = receiver()
    const options = { db: sandbox.db, clock: running.clock, webhook, fetch }
    await Promise.all(Array.from({ length: 5 }, () => deliverWebhooks(options)))
    expect(new Set(events.map(({ id }) => id)).size).toBe(40)
    expect(events).toHaveLength(40)
  })

  test('goes on after its process died holding the lease', async () => {
    const running = await sandbox.start()
    await sandbox.tables
      .insertInto('leases')
      .values({ name: 'webhooks', until: later(minutes(1)) })
      .execute()
    expect(await eventsOf(running, 'a@example.com')).toEqual([])
    running.clock.set(later(minutes(1)))
    expect(await eventsOf(running)).toHaveLength(2)
  })

  test('is posted after the response, when the sandbox was told where', async () => {
    const received: string[] = []
    const target = await sandbox.start()
    target.app.post('/hook', async (c) => {
      received.push((await c.req.json()).type)
      return c.body(null, 204)
    })
    const work: Promise<unknown>[] = []
    const { client } = await sandbox.start({
      webhook: { ...webhook, url: `${target.url}/hook` },
      background: (promise) => work.push(promise),
    })
    await client().emails.send(email())
    await Promise.all(work)
    expect(received).toEqual(['email.sent', 'email.delivered'])
  })
})
