// The sandbox's rows. They live in a schema of their own, so that nothing of the service depends on them.
import type { ColumnType, GeneratedAlways, Kysely, Selectable, Transaction } from 'kysely'
import type { Database } from '../platform/database/schema.ts'

type Json<T> = ColumnType<T, string, string>

export type EventType =
  | 'sent'
  | 'delivered'
  | 'delivery_delayed'
  | 'bounced'
  | 'complained'
  | 'failed'
  | 'suppressed'
  | 'opened'
  | 'clicked'
/** Refused for good, or for now: https://resend.com/docs/dashboard/emails/email-bounces */
export type BounceType = 'Permanent' | 'Transient'
export type Tag = { name: string; value: string }
/** What is kept of an attachment: not its content. */
export type Attachment = { filename: string; contentType: string | null; bytes: number | null }
export type SuppressionOrigin = 'bounce' | 'complaint'
/** What was answered to a request that had an idempotency key, to be answered again. */
export type Answer = Record<string, unknown>

export interface SandboxTables {
  emails: {
    id: string
    /** The order of acceptance. */
    position: GeneratedAlways<number>
    team: string
    created_at: Date
    from: string
    to: string[]
    cc: string[]
    bcc: string[]
    reply_to: string[]
    /** The bare addresses of to, cc and bcc, in lower case. */
    recipients: string[]
    subject: string
    html: string | null
    text: string | null
    headers: Json<Record<string, string>>
    tags: Json<Tag[]>
    attachments: Json<Attachment[]>
    last_event: EventType
    idempotency_key: string | null
  }
  events: {
    position: GeneratedAlways<number>
    email_id: string
    type: EventType
    created_at: Date
    /** When its webhook was taken. */
    posted_at: Date | null
    attempts: ColumnType<number, number | undefined>
    /** When its webhook is due; null once it was taken or given up. */
    due_at: Date | null
    /** When the webhook is posted once more after it was taken. */
    repeat_at: ColumnType<Date | null, Date | null | undefined, Date | null>
    bounce_type: ColumnType<BounceType | null, BounceType | null | undefined, never>
  }
  /** Mails that the service received. */
  received: {
    id: string
    position: GeneratedAlways<number>
    created_at: Date
    from: string
    to: string[]
    subject: string
    text: string | null
    html: string | null
    headers: Json<Record<string, string>>
    message_id: string
    /** As of an event. */
    posted_at: ColumnType<Date | null, undefined, Date | null>
    attempts: ColumnType<number, number | undefined>
    due_at: Date | null
  }
  idempotency_keys: {
    team: string
    endpoint: string
    key: string
    body_hash: string
    /** Names one reservation, so that whoever was overtaken cannot complete another's. */
    claim: string
    reserved_at: Date
    answer: ColumnType<Answer | null, string | null | undefined, string | null>
  }
  suppressions: { team: string; address: string; origin: SuppressionOrigin; email_id: string; created_at: Date }
  request_windows: { team: string; started_at: Date; used: number }
  /** Recipients mailed in a period: a day (2026-11-23) or a month (2026-11), in UTC. */
  usage: { team: string; period: string; used: number }
  leases: { name: string; until: Date }
}

export type SandboxDatabase = Kysely<SandboxTables>
export type InSandboxTransaction = Transaction<SandboxTables>
export type EmailRow = Selectable<SandboxTables['emails']>
export type ReceivedRow = Selectable<SandboxTables['received']>
export type EventRow = Selectable<SandboxTables['events']>

/** The same connections, seen as the sandbox's schema. */
export function sandboxTables(db: Database): SandboxDatabase {
  return (db as unknown as Kysely<SandboxTables>).withSchema('sandbox')
}
