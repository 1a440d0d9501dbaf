import { sql } from 'kysely'
import type { EmailRow, EventRow, SandboxDatabase } from './tables.ts'

/** A mail without its bodies, which are large. */
export type EmailSummary = Omit<EmailRow, 'html' | 'text'>
export type EmailPage = { readonly emails: EmailSummary[]; readonly hasOlder: boolean; readonly hasNewer: boolean }

export type EmailFilter = {
  readonly team?: string | undefined
  /** Part of a recipient's address or of the subject. */
  readonly search?: string | undefined
  /** A recipient's whole address. */
  readonly recipient?: string | undefined
}

/** Where a page begins: after the mail at this position, going to older or to newer ones. */
export type Cursor = { readonly direction: 'older' | 'newer'; readonly position: number }

const summaryColumns = [
  'id',
  'position',
  'team',
  'created_at',
  'from',
  'to',
  'cc',
  'bcc',
  'reply_to',
  'recipients',
  'subject',
  'headers',
  'tags',
  'attachments',
  'last_event',
  'idempotency_key',
] as const

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** One page of mails, newest first. */
export async function listEmails(
  db: SandboxDatabase,
  filter: EmailFilter,
  options: { readonly limit: number; readonly cursor?: Cursor | undefined },
): Promise<EmailPage> {
  const { limit, cursor } = options
  const goesNewer = cursor?.direction === 'newer'
  let query = matching(db, filter)
    .select(summaryColumns)
    .orderBy('position', goesNewer ? 'asc' : 'desc')
    .limit(limit + 1)
  if (cursor) query = query.where('position', goesNewer ? '>' : '<', cursor.position)
  const rows = await query.execute()
  const hasMore = rows.length > limit
  const emails = rows.slice(0, limit)
  if (goesNewer) emails.reverse()
  return { emails, hasOlder: goesNewer || hasMore, hasNewer: goesNewer ? hasMore : cursor !== undefined }
}

export async function countEmails(db: SandboxDatabase, filter: EmailFilter): Promise<number> {
  const { count } = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Undefined when there is none, also when the id is no id. */
export async function findEmail(db: SandboxDatabase, id: string, team?: string): Promise<EmailRow | undefined> {
  if (!uuidPattern.test(id)) return undefined
  let query = db.selectFrom('emails').selectAll().where('id', '=', id)
  if (team !== undefined) query = query.where('team', '=', team)
  return query.executeTakeFirst()
}

/** What has happened to a mail, in order. */
export async function listEvents(db: SandboxDatabase, emailId: string): Promise<EventRow[]> {
  return db.selectFrom('events').selectAll().where('email_id', '=', emailId).orderBy('position').execute()
}

function matching(db: SandboxDatabase, filter: EmailFilter) {
  let query = db.selectFrom('emails')
  if (filter.team !== undefined) query = query.where('team', '=', filter.team)
  if (filter.recipient) {
    query = query.where('recipients', '@>', sql<string[]>`array[${filter.recipient.toLowerCase()}]::text[]`)
  }
  if (filter.search) {
    const pattern = `%${filter.search
      .toWellFormed()
      .replaceAll('\0', '')
      .replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((eb) =>
      eb.or([
        eb('subject', 'ilike', pattern),
        eb(sql<string>`array_to_string("to" || cc || bcc, ', ')`, 'ilike', pattern),
      ]),
    )
  }
  return query
}
