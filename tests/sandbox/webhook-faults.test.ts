// Outcomes and webhooks that are chosen by a seed.
import { describe, expect, test } from 'vitest'
import { parseWebhookEvent } from '../../src/delivery/webhook-event.ts'
import { deliverWebhooks } from '../../src/sandbox/deliver-webhooks.ts'
import { type FaultOptions, outcomeKinds, planFaults } from '../../src/sandbox/faults.ts'
import { email, hours, later, type RunningSandbox, testSandbox } from './support.ts'

const sandbox = testSandbox()
const webhook = { url: 'http://127.0.0.1:9/webhooks', secret: 'whsec_c2FuZGJveCB3ZWJob29rIHNlY3JldA==' }

type Posted = { id: string; to: string; type: string; payload: string }

/** Posts what is due at a time of the sandbox's clock. */
async function postedAt(running: RunningSandbox, milliseconds: number): Promise<Posted[]> {
  const posted: Posted[] = []
  running.clock.set(later(milliseconds))
  const fetch = async (request: Request) => {
    const payload = await request.text()
    const { type, data } = JSON.parse(payload)
    posted.push({ id: request.headers.get('svix-id') ?? '', to: data.to[0], type, payload })
    return new Response(null, { status: 204 })
  }
  await deliverWebhooks({ db: sandbox.db, clock: running.clock, webhook, fetch })
  return posted
}

const batch = (count: number) =>
  Array.from({ length: count }, (_, index) => email({ to: `reader${index}@example.com` }))

async function sent(faults: FaultOptions, count = 10): Promise<RunningSandbox> {
  const running = await sandbox.start({ faults })
  expect((await running.client().batch.send(batch(count))).data?.data).toHaveLength(count)
  return running
}

describe('webhooks', () => {
  test('repeated: come once more within the hour, under the same id, with the same bytes', async () => {
    const running = await sent({ seed: 1, share: 1, kinds: ['webhook_repeated'] })
    const first = await postedAt(running, 0)
    expect(first).toHaveLength(20)
    const again = await postedAt(running, hours(1))
    expect(again.map(({ id }) => id)).not.toEqual(first.map(({ id }) => id))
    const byId = (list: Posted[]) => list.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId(again)).toEqual(byId(first))
    expect(await postedAt(running, hours(48))).toEqual([])
  })

  test('reordered: come once each, within half a minute, and not in the order of what happened', async () => {
    const running = await sent({ seed: 1, share: 0.5, kinds: ['webhook_reordered'] })
    const all = await postedAt(running, 30_000)
    expect(new Set(all.map(({ id }) => id)).size).toBe(20)
    expect(all).toHaveLength(20)
    const typesTo = Object.values(Object.groupBy(all, ({ to }) => to)).map((list) => list?.map(({ type }) => type))
    expect(typesTo).toContainEqual(['email.delivered', 'email.sent'])
    expect(typesTo).toContainEqual(['email.sent', 'email.delivered'])
  })

  test('delayed: come once each, one to twelve hours later', async () => {
    const running = await sent({ seed: 1, share: 1, kinds: ['webhook_delayed'] })
    expect(await postedAt(running, hours(1) - 1)).toEqual([])
    const early = await postedAt(running, hours(6))
    const late = await postedAt(running, hours(12))
    expect(early.length).toBeGreaterThan(0)
    expect(late.length).toBeGreaterThan(0)
    expect(new Set([...early, ...late].map(({ id }) => id)).size).toBe(20)
    expect(JSON.parse(late[0]?.payload ?? '').created_at).toBe(later(0).toISOString())
  })

  test('are the same for the same seed, and other for another', async () => {
    const run = async (seed: number) => {
      await sent({ seed, share: 0.5, kinds: ['webhook_delayed', 'webhook_repeated', 'opened'] })
      const rows = await sandbox.tables
        .selectFrom('events')
        .select(['type', 'due_at', 'repeat_at'])
        .orderBy('position', 'desc')
        .limit(20)
        .execute()
      return rows
    }
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect(await run(2)).not.toEqual(first)
  })
})

describe('outcomes', () => {
  test.each([
    ['delayed', ['sent', 'delivery_delayed', 'delivered'], {}],
    ['soft_bounce', ['sent', 'bounced'], { bounce: { type: 'Transient', subType: 'MailboxFull' } }],
    ['hard_bounce', ['sent', 'bounced'], { bounce: { type: 'Permanent', subType: 'General' } }],
    ['complaint', ['sent', 'delivered', 'complained'], {}],
    ['failed', ['failed'], { failed: { reason: expect.stringContaining('mail server') } }],
    ['opened', ['sent', 'delivered', 'opened'], {}],
    ['clicked', ['sent', 'delivered', 'opened', 'clicked'], { click: { link: 'https://example.com/' } }],
  ] as const)('%s: %j', async (kind, types, details) => {
    const running = await sent({ seed: 1, share: 0, outcomes: { [kind]: 1 } }, 1)
    const posted = await postedAt(running, 0)
    expect(posted.map(({ type }) => type)).toEqual(types.map((type) => `email.${type}`))
    expect(JSON.parse(posted.at(-1)?.payload ?? '').data).toMatchObject(details)
    const { data } = await running.client().emails.list()
    expect(data?.data[0]?.last_event).toBe(types.at(-1))

    await running.client().batch.send(batch(1))
    const isSuppressed = kind === 'hard_bounce' || kind === 'complaint'
    expect((await postedAt(running, 0))[0]?.type).toBe(
      isSuppressed ? 'email.suppressed' : kind === 'failed' ? 'email.failed' : 'email.sent',
    )
  })

  test('of a test address are what its name says, whatever the seed', async () => {
    const running = await sandbox.start({ faults: { seed: 1, share: 0, outcomes: { clicked: 1 } } })
    await running.client().emails.send(email({ to: 'bounced+1@resend.dev' }))
    expect((await postedAt(running, 0)).map(({ type }) => type)).toEqual(['email.sent', 'email.bounced'])
  })

  test('are read by the service as what they are', async () => {
    const kinds: Record<string, string | undefined> = {}
    for (const kind of ['soft_bounce', 'hard_bounce'] as const) {
      const running = await sent({ seed: 1, share: 0, outcomes: { [kind]: 1 } }, 1)
      const bounced = (await postedAt(running, 0)).find(({ type }) => type === 'email.bounced')
      kinds[kind] = parseWebhookEvent(new TextEncoder().encode(bounced?.payload))?.bounceKind
    }
    expect(kinds).toEqual({ soft_bounce: 'soft', hard_bounce: 'hard' })
  })

  test('are all of them, most of them delivery, the same for the same seed', () => {
    const outcomes = (seed: number) => {
      const plan = planFaults({ seed, share: 0.1 })
      return Array.from({ length: 2_000 }, (_, index) => plan.ofMail(Math.floor(index / 100), index % 100).outcome)
    }
    const first = outcomes(3)
    expect(outcomes(3)).toEqual(first)
    expect(outcomes(4)).not.toEqual(first)
    expect(new Set(first)).toEqual(new Set(['delivered', ...outcomeKinds]))
    expect(first.filter((outcome) => outcome === 'delivered').length).toBeGreaterThan(1_000)
  })
})
