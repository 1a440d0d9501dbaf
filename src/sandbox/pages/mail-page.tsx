/** @jsxImportSource hono/jsx */
import type { EmailRow, EventRow } from '../tables.ts'
import { EventBadge, Layout, Time } from './layout.tsx'
import { HeadersPart, TextPart } from './mail-parts.tsx'

export const mailParts = ['html', 'text', 'headers'] as const
export type MailPart = (typeof mailParts)[number]
export type MailWidth = 'full' | 'phone'

type MailPageProps = { email: EmailRow; events: EventRow[]; part: MailPart; width: MailWidth }

const partNames = { html: 'HTML', text: 'Text', headers: 'Headers' } as const

export function MailPage({ email, events, part, width }: MailPageProps) {
  const subject = email.subject.trim() || '(no subject)'
  return (
    <Layout title={`${subject} · Sandbox inbox`}>
      <p class="back">
        <a href="/">← All mails</a>
      </p>
      <h1 class="subject-line">{subject}</h1>
      <dl class="fields">
        <dt>From</dt>
        <dd>{email.from}</dd>
        <dt>To</dt>
        <dd>{email.to.join(', ')}</dd>
        <dt>Accepted</dt>
        <dd>
          <Time at={email.created_at} />
        </dd>
        <dt>Events</dt>
        <dd>
          <ol class="events">
            {events.map((event) => (
              <li>
                <EventBadge type={event.type} />
              </li>
            ))}
          </ol>
        </dd>
      </dl>
      <nav class="parts" aria-label="Parts of this mail">
        {mailParts.map((name) => (
          <a href={`/inbox/${email.id}?part=${name}`} aria-current={name === part ? 'page' : undefined}>
            {partNames[name]}
          </a>
        ))}
        <a class="alone" href={`/write?reply=${email.id}`}>
          Reply
        </a>
      </nav>
      {part === 'html' && <HtmlPart email={email} width={width} subject={subject} />}
      {part === 'text' && <TextPart email={email} />}
      {part === 'headers' && <HeadersPart email={email} events={events} />}
    </Layout>
  )
}

function HtmlPart({ email, width, subject }: { email: EmailRow; width: MailWidth; subject: string }) {
  if (email.html === null) return <p class="quiet">This mail was given no HTML.</p>
  const path = `/inbox/${email.id}`
  return (
    <section aria-label="HTML">
      <nav class="widths" aria-label="Width">
        <a href={`${path}?part=html`} aria-current={width === 'full' ? 'true' : undefined}>
          Desktop
        </a>
        <a href={`${path}?part=html&width=phone`} aria-current={width === 'phone' ? 'true' : undefined}>
          Phone
        </a>
        <a class="alone" href={`${path}/html`}>
          Show alone
        </a>
      </nav>
      <iframe
        class={width}
        title={`The mail “${subject}”`}
        src={`${path}/html`}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
      />
    </section>
  )
}
