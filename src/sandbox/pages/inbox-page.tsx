/** @jsxImportSource hono/jsx */
import type { EmailPage, EmailSummary } from '../find-emails.ts'
import { EventBadge, Layout, Time } from './layout.tsx'

type InboxPageProps = {
  page: EmailPage
  /** Of all pages. */
  count: number
  search: string | undefined
  /** Where the sandbox was reached, for the explanation. */
  origin: string
}

const countFormat = new Intl.NumberFormat('en')

export function InboxPage({ page, count, search, origin }: InboxPageProps) {
  const isUnused = count === 0 && search === undefined
  return (
    <Layout title={search === undefined ? 'Sandbox inbox' : `${search} · Sandbox inbox`}>
      <div class="toolbar">
        <h1>
          {isUnused ? 'No mail yet' : `${countFormat.format(count)} ${count === 1 ? 'mail' : 'mails'}`}
          {search !== undefined && <span class="quiet"> with “{search}”</span>}
        </h1>
        <a class="alone" href="/write">
          Write to the service
        </a>
        {!isUnused && <SearchForm search={search} />}
      </div>
      {isUnused && <NothingYet origin={origin} />}
      {count === 0 && search !== undefined && (
        <p>
          No recipient and no subject contains this. <a href="/">Show every mail</a>
        </p>
      )}
      {page.emails.length > 0 && <EmailTable emails={page.emails} />}
      <Paging page={page} search={search} />
    </Layout>
  )
}

function SearchForm({ search }: { search: string | undefined }) {
  return (
    <search>
      <form action="/" method="get" class="search">
        <label class="unseen" for="q">
          Recipient or subject
        </label>
        <input id="q" name="q" type="search" value={search ?? ''} placeholder="Recipient or subject" />
        <button type="submit">Search</button>
      </form>
    </search>
  )
}

function EmailTable({ emails }: { emails: EmailSummary[] }) {
  return (
    <table class="mails">
      <thead>
        <tr>
          <th scope="col">Time (UTC)</th>
          <th scope="col">To</th>
          <th scope="col">Subject</th>
          <th scope="col">Last event</th>
        </tr>
      </thead>
      <tbody>
        {emails.map((email) => (
          <tr>
            <td class="time">
              <Time at={email.created_at} short />
            </td>
            <td class="to">
              <span class="clamp">{email.to.join(', ')}</span>
            </td>
            <td class="subject">
              <a href={`/inbox/${email.id}`}>
                <span class="clamp">{email.subject.trim() || '(no subject)'}</span>
              </a>
            </td>
            <td class="event">
              <EventBadge type={email.last_event} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Paging({ page, search }: { page: EmailPage; search: string | undefined }) {
  const link = (direction: 'older' | 'newer', email: EmailSummary | undefined) =>
    `/?${new URLSearchParams({ ...(search === undefined ? {} : { q: search }), [direction]: String(email?.position ?? 0) })}`
  if (!page.hasNewer && !page.hasOlder) return null
  return (
    <nav class="paging" aria-label="Pages">
      {page.hasNewer && (
        <a rel="prev" href={link('newer', page.emails[0])}>
          ← Newer
        </a>
      )}
      {page.hasOlder && (
        <a rel="next" href={link('older', page.emails.at(-1))}>
          Older →
        </a>
      )}
    </nav>
  )
}

function NothingYet({ origin }: { origin: string }) {
  return (
    <section class="empty">
      <p>
        Every mail that is sent through this sandbox shows up here at once, newest first, as HTML, as text and with its
        headers. Links in it work. Reload this page after something was sent.
      </p>
      <h2>Sending to it</h2>
      <p>Any Resend client will do, with any key that begins with “re_”:</p>
      <pre>{`RESEND_BASE_URL=${origin}\nRESEND_API_KEY=re_sandbox`}</pre>
      <h2>Addresses that misbehave</h2>
      <dl class="fields">
        <dt>bounced@resend.dev</dt>
        <dd>is refused for good, and suppressed from then on</dd>
        <dt>complained@resend.dev</dt>
        <dd>takes the mail, calls it spam, and is suppressed from then on</dd>
        <dt>suppressed@resend.dev</dt>
        <dd>is never mailed</dd>
      </dl>
      <p>A label makes a fresh one: bounced+anything@resend.dev. Every other address takes delivery.</p>
    </section>
  )
}
