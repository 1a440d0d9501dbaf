// Idempotency keys, as https://resend.com/docs/dashboard/emails/idempotency-keys describes them. A request reserves its key
// in a statement of its own, and completes it in the transaction that stores its mails: a key without an answer means
// that nothing was accepted.
import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import type { Answer, InSandboxTransaction, SandboxDatabase } from './tables.ts'

const keptHours = 24
/** Whoever reserved a key and has not answered by then has died. */
const reservationSeconds = 60

export type KeyRequest = {
  readonly team: string
  /** Method and path. */
  readonly endpoint: string
  readonly key: string
  /** SHA-256 of the raw body. */
  readonly bodyHash: string
  /** A new id: names this reservation. */
  readonly claim: string
}

export type Reservation =
  | { readonly outcome: 'reserved' }
  | { readonly outcome: 'answered'; readonly answer: Answer }
  | { readonly outcome: 'other_body' }
  | { readonly outcome: 'in_flight' }

/** Reserves a key that is new, expired or abandoned; otherwise says what has become of it. */
export async function reserveKey(db: SandboxDatabase, clock: Clock, request: KeyRequest): Promise<Reservation> {
  const reserved = await db
    .insertInto('idempotency_keys')
    .values({
      team: request.team,
      endpoint: request.endpoint,
      key: request.key,
      body_hash: request.bodyHash,
      claim: request.claim,
      reserved_at: clock.sqlNow,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['team', 'endpoint', 'key'])
        .doUpdateSet((eb) => ({
          body_hash: eb.ref('excluded.body_hash'),
          claim: eb.ref('excluded.claim'),
          reserved_at: eb.ref('excluded.reserved_at'),
          answer: null,
        }))
        .where((eb) =>
          eb.or([
            eb('idempotency_keys.reserved_at', '<=', before(clock, `${keptHours} hours`)),
            eb.and([
              eb('idempotency_keys.answer', 'is', null),
              eb('idempotency_keys.reserved_at', '<=', before(clock, `${reservationSeconds} seconds`)),
            ]),
          ]),
        ),
    )
    .returning('claim')
    .executeTakeFirst()
  if (reserved) return { outcome: 'reserved' }

  const existing = await db
    .selectFrom('idempotency_keys')
    .select(['body_hash', 'answer'])
    .where('team', '=', request.team)
    .where('endpoint', '=', request.endpoint)
    .where('key', '=', request.key)
    .executeTakeFirst()
  // Gone: whoever held it was refused just now. The caller will try again.
  if (!existing) return { outcome: 'in_flight' }
  if (existing.body_hash !== request.bodyHash) return { outcome: 'other_body' }
  return existing.answer ? { outcome: 'answered', answer: existing.answer } : { outcome: 'in_flight' }
}

/**
 * Stores what is answered. False when the reservation was taken over meanwhile: nothing may be stored then. Holds the
 * key's row until the transaction ends, so that nobody takes it over in between.
 */
export async function completeKey(tx: InSandboxTransaction, claim: KeyRequest, answer: Answer): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('idempotency_keys')
    .set({ answer: JSON.stringify(answer) })
    .where('team', '=', claim.team)
    .where('endpoint', '=', claim.endpoint)
    .where('key', '=', claim.key)
    .where('claim', '=', claim.claim)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Gives up a reservation whose request was refused. */
export async function releaseKey(db: SandboxDatabase, claim: KeyRequest): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('team', '=', claim.team)
    .where('endpoint', '=', claim.endpoint)
    .where('key', '=', claim.key)
    .where('claim', '=', claim.claim)
    .where('answer', 'is', null)
    .execute()
}

/** Forgets keys that have expired, some at a time. */
export async function removeExpiredKeys(tx: InSandboxTransaction, clock: Clock): Promise<void> {
  await tx
    .deleteFrom('idempotency_keys')
    .where(
      'claim',
      'in',
      tx
        .selectFrom('idempotency_keys')
        .select('claim')
        .where('reserved_at', '<=', before(clock, `${keptHours} hours`))
        .orderBy('reserved_at')
        .limit(200)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}

const before = (clock: Clock, interval: string) => sql<Date>`${clock.sqlNow} - ${interval}::interval`
