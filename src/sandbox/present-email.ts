import type { EmailSummary } from './find-emails.ts'
import type { EmailRow } from './tables.ts'

/** A mail as `GET /emails` lists it. */
export function listedEmail(email: EmailSummary) {
  return {
    id: email.id,
    to: email.to,
    from: email.from,
    created_at: email.created_at.toISOString(),
    subject: email.subject,
    bcc: orNull(email.bcc),
    cc: orNull(email.cc),
    reply_to: orNull(email.reply_to),
    last_event: email.last_event,
    scheduled_at: null,
  }
}

/** A mail as `GET /emails/:id` shows it. */
export function shownEmail(email: EmailRow) {
  return { object: 'email', ...listedEmail(email), html: email.html, text: email.text, tags: email.tags }
}

/** A mail as `GET /inbox.json` lists it, for scripts and tests. */
export function scriptedEmail(email: EmailSummary) {
  return { ...listedEmail(email), tags: email.tags, headers: email.headers, idempotency_key: email.idempotency_key }
}

const orNull = (mailboxes: string[]) => (mailboxes.length > 0 ? mailboxes : null)
