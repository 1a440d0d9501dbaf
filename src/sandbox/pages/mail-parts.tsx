/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx'
import type { EmailRow, EventRow } from '../tables.ts'
import { Time } from './layout.tsx'

const linkPattern = /(https?:\/\/[^\s<>"']+)/

export function TextPart({ email }: { email: EmailRow }) {
  if (email.text === null) {
    return <p class="quiet">This mail was given no text. Resend would make one from its HTML.</p>
  }
  if (email.text === '') return <p class="quiet">This mail was given an empty text, which means: none.</p>
  return (
    <section aria-label="Text">
      <pre class="text">
        {email.text.split(linkPattern).map((piece, index) => (index % 2 ? <Link to={piece} /> : piece))}
      </pre>
    </section>
  )
}

function Link({ to }: { to: string }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {to}
    </a>
  )
}

export function HeadersPart({ email, events }: { email: EmailRow; events: EventRow[] }) {
  const addresses = [
    ['From', [email.from]],
    ['To', email.to],
    ['Cc', email.cc],
    ['Bcc', email.bcc],
    ['Reply-To', email.reply_to],
  ] as const
  return (
    <section aria-label="Headers">
      <h2>Headers</h2>
      <dl class="fields mono">
        {addresses.map(([name, values]) => values.length > 0 && <Field name={name}>{values.join(', ')}</Field>)}
        <Field name="Subject">{email.subject}</Field>
        {Object.entries(email.headers).map(([name, value]) => (
          <Field name={name}>{value}</Field>
        ))}
      </dl>
      {email.tags.length > 0 && <h2>Tags</h2>}
      <dl class="fields mono">
        {email.tags.map((tag) => (
          <Field name={tag.name}>{tag.value}</Field>
        ))}
      </dl>
      {email.attachments.length > 0 && <h2>Attachments</h2>}
      <dl class="fields mono">
        {email.attachments.map((attachment) => (
          <Field name={attachment.filename}>
            {attachment.contentType ?? 'unknown type'}, {attachment.bytes ?? 'unknown'} bytes; not kept
          </Field>
        ))}
      </dl>
      <h2>Ids</h2>
      <dl class="fields mono">
        <Field name="Email">{email.id}</Field>
        <Field name="Idempotency key">{email.idempotency_key ?? 'none'}</Field>
        <Field name="Team">{email.team}</Field>
      </dl>
      <h2>Events</h2>
      <dl class="fields mono">
        {events.map((event) => (
          <Field name={`email.${event.type}`}>
            <Time at={event.created_at} />
            {event.posted_at && ', webhook taken'}
          </Field>
        ))}
      </dl>
    </section>
  )
}

function Field({ name, children }: { name: string; children?: Child }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
