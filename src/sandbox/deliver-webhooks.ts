import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/schema.ts'
import { receivedEvent } from './received.ts'
import { type SandboxDatabase, sandboxTables } from './tables.ts'
import { type DueEvent, webhookBodyOf, webhookIdOf } from './webhook-event.ts'

export type WebhookEndpoint = {
  readonly url: string
  /** `whsec_` and base64. */
  readonly secret: string
}

export type DeliverWebhooksOptions = {
  readonly db: Database
  readonly clock: Clock
  readonly webhook: WebhookEndpoint
  readonly fetch?: (request: Request) => Promise<Response>
  readonly signal?: AbortSignal
}

export type WebhookCounts = { posted: number; failed: number }

/** After each failed attempt, as Resend waits: https://resend.com/docs/webhooks/retries-and-replays. Then it gives up. */
const retrySeconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]
const postTimeoutMs = 10_000
const leaseSeconds = 60
const renewAfterMs = 15_000
const pageSize = 50
const leaseName = 'webhooks'

/**
 * Posts the events that are due, the longest due first, signed as Svix signs (in `svix-…` headers), until none is left. A 2xx takes
 * an event; after anything else it waits for its next try, and the others go on. When nobody answers at all, the rest
 * waits for the next call. One call works at a time, in all processes: while one does, others return at once. An event
 * may arrive twice, when a process dies between posting and noting it. Throws what the database throws.
 */
export async function deliverWebhooks(options: DeliverWebhooksOptions): Promise<WebhookCounts> {
  const db = sandboxTables(options.db)
  const counts: WebhookCounts = { posted: 0, failed: 0 }
  let goesOn = true
  // An event that is stored while the lease is given back must not be forgotten: hence the look after each round.
  while (goesOn && (await takeLease(db, options.clock))) {
    try {
      goesOn = await deliverDue(db, options, counts)
    } finally {
      await db.deleteFrom('leases').where('name', '=', leaseName).execute()
    }
    goesOn &&= (await dueDeliveries(db, options.clock, 1)).length > 0
  }
  return counts
}

/** False when the endpoint cannot be reached, or when it was told to stop. */
async function deliverDue(
  db: SandboxDatabase,
  options: DeliverWebhooksOptions,
  counts: WebhookCounts,
): Promise<boolean> {
  let renewedAtMs = options.clock.elapsedMs()
  for (;;) {
    const deliveries = await dueDeliveries(db, options.clock, pageSize)
    if (deliveries.length === 0) return true
    for (const delivery of deliveries) {
      if (options.signal?.aborted) return false
      if (options.clock.elapsedMs() - renewedAtMs > renewAfterMs) {
        await takeLease(db, options.clock, { renew: true })
        renewedAtMs = options.clock.elapsedMs()
      }
      const result = await post(delivery, options)
      if (result === 'taken') {
        counts.posted += 1
        await noteTaken(db, options.clock, delivery)
        continue
      }
      if (options.signal?.aborted) return false
      counts.failed += 1
      await postpone(db, options.clock, delivery)
      if (result === 'unreachable') return false
    }
  }
}

/** Something to post, of a mail that was sent or of one that was received. */
type Delivery = {
  readonly table: 'events' | 'received'
  readonly position: number
  readonly attempts: number
  readonly id: string
  readonly body: string
}

async function dueDeliveries(db: SandboxDatabase, clock: Clock, limit: number): Promise<Delivery[]> {
  const events = await dueEvents(db, clock, limit)
  const received = await db
    .selectFrom('received')
    .select(['id', 'position', 'created_at', 'from', 'to', 'subject', 'message_id', 'attempts'])
    .where('due_at', '<=', clock.sqlNow)
    .orderBy('due_at')
    .orderBy('position')
    .limit(limit)
    .execute()
  return [
    ...events.map((event) => ({
      table: 'events' as const,
      position: event.position,
      attempts: event.attempts,
      id: webhookIdOf(event),
      body: webhookBodyOf(event),
    })),
    ...received.map((mail) => ({
      table: 'received' as const,
      position: mail.position,
      attempts: mail.attempts,
      id: `msg_in${mail.id.replaceAll('-', '')}`,
      body: JSON.stringify(receivedEvent(mail)),
    })),
  ]
}

async function noteTaken(db: SandboxDatabase, clock: Clock, { table, position }: Delivery): Promise<void> {
  if (table === 'received') {
    const taken = { posted_at: clock.sqlNow, due_at: null }
    await db.updateTable('received').set(taken).where('position', '=', position).execute()
    return
  }
  await db
    .updateTable('events')
    .set((eb) => ({ posted_at: clock.sqlNow, due_at: eb.ref('repeat_at'), repeat_at: null }))
    .where('position', '=', position)
    .execute()
}

async function dueEvents(db: SandboxDatabase, clock: Clock, limit: number): Promise<DueEvent[]> {
  return db
    .selectFrom('events')
    .innerJoin('emails', 'emails.id', 'events.email_id')
    .select([
      'events.position',
      'events.email_id',
      'events.type',
      'events.created_at',
      'events.attempts',
      'events.bounce_type',
      'emails.from',
      'emails.to',
      'emails.subject',
      'emails.tags',
      'emails.created_at as email_created_at',
    ])
    .where('events.due_at', '<=', clock.sqlNow)
    .orderBy('events.due_at')
    .orderBy('events.position')
    .limit(limit)
    .execute()
}

async function post(
  { id, body }: Delivery,
  { webhook, clock, fetch: send = fetch, signal }: DeliverWebhooksOptions,
): Promise<'taken' | 'refused' | 'unreachable'> {
  const postedAt = clock.now()
  const timeout = AbortSignal.timeout(postTimeoutMs)
  try {
    const response = await send(
      new Request(webhook.url, {
        method: 'POST',
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Svix-Webhooks (sandbox)',
          'svix-id': id,
          'svix-timestamp': String(Math.floor(postedAt.getTime() / 1000)),
          'svix-signature': new Webhook(webhook.secret).sign(id, postedAt, body),
        },
        body,
      }),
    )
    await response.body?.cancel()
    return response.ok ? 'taken' : 'refused'
  } catch {
    return 'unreachable'
  }
}

async function postpone(db: SandboxDatabase, clock: Clock, { table, position, attempts }: Delivery): Promise<void> {
  const waitSeconds = retrySeconds[attempts]
  await db
    .updateTable(table)
    .set({
      attempts: attempts + 1,
      due_at: waitSeconds === undefined ? null : sql<Date>`${clock.sqlNow} + make_interval(secs => ${waitSeconds})`,
    })
    .where('position', '=', position)
    .execute()
}

async function takeLease(db: SandboxDatabase, clock: Clock, { renew = false } = {}): Promise<boolean> {
  const until = sql<Date>`${clock.sqlNow} + make_interval(secs => ${leaseSeconds})`
  const taken = await db
    .insertInto('leases')
    .values({ name: leaseName, until })
    .onConflict((conflict) => {
      const update = conflict.column('name').doUpdateSet((eb) => ({ until: eb.ref('excluded.until') }))
      return renew ? update : update.where('leases.until', '<=', clock.sqlNow)
    })
    .returning('name')
    .executeTakeFirst()
  return taken !== undefined
}
