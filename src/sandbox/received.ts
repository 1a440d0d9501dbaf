// Mails that the sandbox received for the service: https://resend.com/docs/dashboard/receiving/introduction
import { z } from 'zod'
import { storable } from '../platform/encoding.ts'
import { ApiError } from './api-error.ts'
import { uuidOf } from './bytes.ts'
import { addressOf } from './mailbox.ts'
import type { Sandbox } from './options.ts'
import type { ReceivedRow, SandboxDatabase } from './tables.ts'

const maximumTextLength = 1_000_000
const maximumRecipients = 50
const text = (name: string) => z.string(`\`${name}\` is a text.`).max(maximumTextLength, `\`${name}\` is too long.`)
const oneLine = (name: string) => text(name).regex(/^[^\r\n]*$/, `\`${name}\` is one line.`)
const mailbox = (name: string) =>
  oneLine(name).refine((value) => addressOf(value) !== undefined, `\`${name}\` is an address, like name@example.com.`)

/** A mail to the service, as a form or as JSON gives it. */
const mailSchema = z.object({
  from: mailbox('from'),
  to: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',') : value),
    z.array(mailbox('to'), '`to` is an address.').min(1).max(maximumRecipients),
  ),
  subject: oneLine('subject').default(''),
  text: text('text').nullish(),
  html: text('html').nullish(),
  headers: z.record(z.string().regex(/^[!-9;-~]{1,256}$/), oneLine('headers')).default({}),
})

export type NewReceived = z.infer<typeof mailSchema>

/** Reads a mail. Throws an {@link ApiError} that names what is wrong. */
export function readReceived(body: unknown): NewReceived {
  const parsed = mailSchema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new ApiError('validation_error', parsed.error.issues[0]?.message ?? 'That is not a mail.')
}

/** Stores it, and its event, which is due at once; the oldest go. Returns its id. */
export async function storeReceived(
  { db, clock, random, keepAtMost }: Pick<Sandbox, 'db' | 'clock' | 'random' | 'keepAtMost'>,
  mail: NewReceived,
): Promise<string> {
  const id = uuidOf(random(16))
  const headers = Object.fromEntries(Object.entries(mail.headers).map(([name, value]) => [name.toLowerCase(), value]))
  const message_id = headers['message-id'] ?? `<${id}@reader.invalid>`
  const { position } = await db
    .insertInto('received')
    .values({
      id,
      created_at: clock.sqlNow,
      from: storable(mail.from),
      to: mail.to.map((one) => storable(one.trim())),
      subject: storable(mail.subject),
      text: mail.text ? storable(mail.text) : null,
      html: mail.html ? storable(mail.html) : null,
      headers: JSON.stringify(
        { from: mail.from, to: mail.to.join(', '), subject: mail.subject, 'message-id': message_id, ...headers },
        (_, value: unknown) => (typeof value === 'string' ? storable(value) : value),
      ),
      message_id: storable(message_id),
      due_at: clock.sqlNow,
    })
    .returning('position')
    .executeTakeFirstOrThrow()
  await db
    .deleteFrom('received')
    .where('position', '<=', position - keepAtMost)
    .execute()
  return id
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Undefined when there is none, also when the id is no id. */
export async function findReceived(db: SandboxDatabase, id: string): Promise<ReceivedRow | undefined> {
  if (!uuidPattern.test(id)) return undefined
  return db.selectFrom('received').selectAll().where('id', '=', id).executeTakeFirst()
}

/** As `GET /emails/receiving/:id` shows it: https://resend.com/docs/api-reference/emails/retrieve-received-email */
export function shownReceived(mail: ReceivedRow) {
  return {
    object: 'email',
    id: mail.id,
    to: mail.to,
    from: mail.from,
    created_at: mail.created_at.toISOString(),
    subject: mail.subject,
    bcc: [],
    cc: [],
    reply_to: [],
    received_for: mail.to,
    html: mail.html,
    text: mail.text,
    headers: mail.headers,
    message_id: mail.message_id,
    attachments: [],
  }
}

/** The event that tells of it: https://resend.com/docs/webhooks/emails/received. It holds neither text nor headers. */
export function receivedEvent(mail: Pick<ReceivedRow, 'id' | 'created_at' | 'from' | 'to' | 'subject' | 'message_id'>) {
  const created_at = mail.created_at.toISOString()
  return {
    type: 'email.received',
    created_at,
    data: {
      email_id: mail.id,
      created_at,
      from: mail.from,
      to: mail.to,
      bcc: [],
      cc: [],
      received_for: mail.to,
      message_id: mail.message_id,
      subject: mail.subject,
      attachments: [],
    },
  }
}
