import { sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
import { ApiError } from './api-error.ts'
import type { Fate } from './faults.ts'
import { completeKey, type KeyRequest, removeExpiredKeys } from './idempotency.ts'
import { addressOf } from './mailbox.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { countRecipients, type Quotas } from './quota.ts'
import type { Email } from './read-email.ts'
import type { Answer, InSandboxTransaction, SandboxDatabase } from './tables.ts'

export type Acceptance = {
  readonly team: string
  readonly emails: readonly (Email & { readonly id: string })[]
  readonly answer: Answer
  /** The reserved idempotency key, when the request has one. */
  readonly claim: KeyRequest | undefined
  /** What becomes of each mail, by its index. Unset: every ordinary address takes delivery, and webhooks are due at once. */
  readonly fateOf?: ((index: number) => Fate) | undefined
}

export type AcceptanceLimits = { readonly quotas: Quotas; readonly keepAtMost: number }

type Accepted = Acceptance['emails'][number] & { recipients: string[]; outcome: Outcome; fate: Fate | undefined }

/**
 * Accepts the mails of one request: stores them, what happens to them and the answer in one transaction. Throws an
 * {@link ApiError} when a quota is spent or the idempotency key was taken over; nothing is accepted then.
 */
export async function acceptEmails(
  db: SandboxDatabase,
  clock: Clock,
  acceptance: Acceptance,
  limits: AcceptanceLimits,
): Promise<void> {
  const { team, claim } = acceptance
  const addressed = acceptance.emails.map((email) => ({ ...email, recipients: recipientsOf(email) }))
  await db.transaction().execute(async (tx) => {
    if (claim && !(await completeKey(tx, claim, acceptance.answer))) {
      throw new ApiError('concurrent_idempotent_requests', 'Another request has taken over this idempotency key.')
    }
    if (addressed.length === 0) return
    const recipients = addressed.flatMap((email) => email.recipients)
    await countRecipients(tx, clock, limits.quotas, { team, recipients: recipients.length })
    const suppressed = await suppressedAmong(tx, team, recipients)
    const accepted = addressed.map((email, index) => {
      const fate = acceptance.fateOf?.(index)
      const isSuppressed = (address: string) => suppressed.has(address)
      return { ...email, fate, outcome: outcomeOf(email.recipients, isSuppressed, fate?.outcome) }
    })
    const newest = await storeEmails(tx, clock, acceptance, accepted)
    await storeEvents(tx, clock, accepted)
    await storeSuppressions(tx, clock, team, accepted)
    await removeOldEmails(tx, newest - limits.keepAtMost)
    await removeExpiredKeys(tx, clock)
  })
}

const recipientsOf = (email: Email) =>
  [...email.to, ...email.cc, ...email.bcc].flatMap((mailbox) => addressOf(mailbox) ?? [])

async function suppressedAmong(tx: InSandboxTransaction, team: string, addresses: string[]): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('suppressions')
    .select('address')
    .where('team', '=', team)
    .where('address', '=', sql<string>`any(${addresses}::text[])`)
    .execute()
  return new Set(rows.map((row) => row.address))
}

/** Returns the position of the newest. */
async function storeEmails(
  tx: InSandboxTransaction,
  clock: Clock,
  { team, claim }: Acceptance,
  emails: Accepted[],
): Promise<number> {
  const rows = await tx
    .insertInto('emails')
    .values(
      emails.map((email) => ({
        id: email.id,
        team,
        created_at: clock.sqlNow,
        from: email.from,
        to: email.to,
        cc: email.cc,
        bcc: email.bcc,
        reply_to: email.replyTo,
        recipients: email.recipients,
        subject: email.subject,
        html: email.html,
        text: email.text,
        headers: JSON.stringify(email.headers),
        tags: JSON.stringify(email.tags),
        attachments: JSON.stringify(email.attachments),
        last_event: email.outcome.events.at(-1) ?? 'sent',
        idempotency_key: claim?.key ?? null,
      })),
    )
    .returning('position')
    .execute()
  return Math.max(...rows.map((row) => row.position))
}

async function storeEvents(tx: InSandboxTransaction, clock: Clock, emails: Accepted[]): Promise<void> {
  const after = (seconds: number) =>
    seconds === 0 ? clock.sqlNow : sql<Date>`${clock.sqlNow} + make_interval(secs => ${seconds})`
  await tx
    .insertInto('events')
    .values(
      emails.flatMap(({ id, outcome, fate }) =>
        outcome.events.map((type, index) => {
          const { delaySeconds = 0, repeatAfterSeconds } = fate?.webhookFault(index) ?? {}
          return {
            email_id: id,
            type,
            created_at: clock.sqlNow,
            due_at: after(delaySeconds),
            repeat_at: repeatAfterSeconds === undefined ? null : after(delaySeconds + repeatAfterSeconds),
            bounce_type: type === 'bounced' ? outcome.bounceType : null,
          }
        }),
      ),
    )
    .execute()
}

async function storeSuppressions(
  tx: InSandboxTransaction,
  clock: Clock,
  team: string,
  emails: Accepted[],
): Promise<void> {
  const rows = emails.flatMap(({ id, outcome }) =>
    outcome.suppressions.map((suppression) => ({ ...suppression, team, email_id: id, created_at: clock.sqlNow })),
  )
  if (rows.length === 0) return
  // In one order for everybody, so that two requests cannot wait for each other.
  rows.sort((a, b) => (a.address < b.address ? -1 : 1))
  await tx
    .insertInto('suppressions')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['team', 'address']).doNothing())
    .execute()
}

async function removeOldEmails(tx: InSandboxTransaction, upToPosition: number): Promise<void> {
  if (upToPosition <= 0) return
  await tx
    .deleteFrom('emails')
    .where(
      'id',
      'in',
      tx
        .selectFrom('emails')
        .select('id')
        .where('position', '<=', upToPosition)
        .orderBy('position')
        .limit(1_000)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}
