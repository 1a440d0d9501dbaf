// What a request may ask for, checked as Resend checks it.
import { z } from 'zod'
import { ApiError } from './api-error.ts'
import { addressOf } from './mailbox.ts'
import type { Attachment, Tag } from './tables.ts'

export type Email = {
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo: string[]
  subject: string
  html: string | null
  text: string | null
  headers: Record<string, string>
  tags: Tag[]
  attachments: Attachment[]
}

const maximumRecipients = 50
const oneLine = /^[^\r\n]*$/
const tagPattern = /^[A-Za-z0-9_-]{1,256}$/
/** A header's name, RFC 5322 section 3.6.8. */
const headerNamePattern = /^[!-9;-~]{1,256}$/

const invalidMailbox = (field: string) =>
  `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or \`Name <email@example.com>\` format.`
const tagMessage =
  'Invalid `tags` field. Tags need a name and a value of at most 256 ASCII letters, numbers, underscores, or dashes.'
const headersMessage = 'Invalid `headers` field. It needs to map header names to strings of one line.'

const mailbox = (field: string) =>
  z.string(invalidMailbox(field)).refine((text) => addressOf(text) !== undefined, invalidMailbox(field))

const mailboxes = (field: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z
      .array(mailbox(field), invalidMailbox(field))
      .min(1, invalidMailbox(field))
      .max(maximumRecipients, `Invalid \`${field}\` field. It takes at most ${maximumRecipients} addresses.`),
  )

const moreMailboxes = (field: string) =>
  z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? null : value), mailboxes(field).nullish())

const part = (field: string) => z.string(`Invalid \`${field}\` field. It needs to be a string.`).nullish()

const attachment = z
  .object({
    filename: z.string().regex(oneLine).nullish(),
    content: z.string().nullish(),
    path: z.string().nullish(),
    content_type: z.string().regex(oneLine).nullish(),
  })
  .refine(({ content, path }) => content || path)

const emailSchema = z.object(
  {
    from: mailbox('from'),
    to: mailboxes('to'),
    cc: moreMailboxes('cc'),
    bcc: moreMailboxes('bcc'),
    reply_to: moreMailboxes('reply_to'),
    subject: z
      .string('Invalid `subject` field. It needs to be a string.')
      .regex(oneLine, 'Invalid `subject` field. It needs to be one line.')
      .nullish(),
    html: part('html'),
    text: part('text'),
    template: z.object({ id: z.string(), variables: z.unknown() }, 'Invalid `template` field.').nullish(),
    headers: z.record(z.string().regex(headerNamePattern), z.string().regex(oneLine)).nullish(),
    tags: z.array(z.object({ name: z.string().regex(tagPattern), value: z.string().regex(tagPattern) })).nullish(),
    attachments: z.array(attachment).nullish(),
    scheduled_at: z.null('The sandbox sends at once: leave out `scheduled_at`.').optional(),
  },
  'The email needs to be an object.',
)

/** Messages for what zod would describe in words of its own, deep inside a field. */
const fieldMessages: Record<string, string> = {
  tags: tagMessage,
  headers: headersMessage,
  attachments: 'Attachment must have either a `content` or `path` property.',
}

/** Reads one mail of a request. Throws an {@link ApiError} that names the first field at fault. */
export function readEmail(body: unknown): Email {
  const parsed = emailSchema.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const field = String(issue?.path[0] ?? '')
    if (field in requiredFields && isMissing(body, field)) throw missing(field)
    const message = fieldMessages[field] ?? issue?.message ?? 'The email is not valid.'
    throw new ApiError(field === 'attachments' ? 'invalid_attachment' : 'validation_error', message)
  }
  const { data } = parsed
  const { template } = data
  if (!template && typeof data.subject !== 'string') throw missing('subject')
  if (!template && typeof data.html !== 'string' && typeof data.text !== 'string') {
    throw new ApiError('missing_required_field', 'Missing `html` or `text` field.')
  }
  if (template && (data.html || data.text)) {
    throw new ApiError('validation_error', 'Use either `template` or `html` and `text`, not both.')
  }
  return {
    from: data.from,
    to: data.to,
    cc: data.cc ?? [],
    bcc: data.bcc ?? [],
    replyTo: data.reply_to ?? [],
    subject: data.subject ?? '',
    html: data.html ?? null,
    // The sandbox keeps no templates: it shows what would have been filled in.
    text: template
      ? `Template ${template.id}\n\n${JSON.stringify(template.variables ?? {}, null, 2)}`
      : (data.text ?? null),
    headers: data.headers ?? {},
    tags: data.tags ?? [],
    attachments: (data.attachments ?? []).map((given) => ({
      filename: given.filename ?? 'unnamed',
      contentType: given.content_type ?? null,
      bytes: given.content ? Math.floor((given.content.replace(/=+$/, '').length * 3) / 4) : null,
    })),
  }
}

const requiredFields = { from: true, to: true }

const missing = (field: string) => new ApiError('missing_required_field', `Missing \`${field}\` field.`)

function isMissing(body: unknown, field: string): boolean {
  if (typeof body !== 'object' || body === null) return false
  const value: unknown = (body as Record<string, unknown>)[field]
  return value === undefined || value === null || value === ''
}
