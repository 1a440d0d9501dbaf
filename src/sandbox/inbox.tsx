/** @jsxImportSource hono/jsx */
// The pages that show the mails. They only look: no request here changes anything. Mails are written in ./writing.tsx.
import { type Context, Hono } from 'hono'
import { type Cursor, countEmails, findEmail, listEmails, listEvents } from './find-emails.ts'
import { mailContentPolicy, withLinksInNewTab } from './mail-html.ts'
import { addressOf } from './mailbox.ts'
import type { Sandbox } from './options.ts'
import { inboxCss } from './pages/inbox-css.ts'
import { InboxPage } from './pages/inbox-page.tsx'
import { asDocument } from './pages/layout.tsx'
import { MailPage, type MailPart, type MailWidth, mailParts } from './pages/mail-page.tsx'
import { scriptedEmail } from './present-email.ts'

const pageSize = 50
const maximumScriptedPage = 1_000

/** `/`, `/inbox/…`, `/inbox.json` and the style sheet. */
export function createInbox({ db }: Sandbox): Hono {
  const inbox = new Hono()

  inbox.get('/', async (c) => {
    const search = c.req.query('q')?.trim() || undefined
    const page = await listEmails(db, { search }, { limit: pageSize, cursor: readCursor(c) })
    const count = await countEmails(db, { search })
    return c.html(
      asDocument(<InboxPage page={page} count={count} search={search} origin={new URL(c.req.url).origin} />),
    )
  })

  inbox.get('/inbox.css', (c) => {
    c.header('cache-control', 'no-cache')
    return c.body(inboxCss, 200, { 'content-type': 'text/css; charset=utf-8' })
  })

  inbox.get('/inbox.json', async (c) => {
    const to = c.req.query('to')
    const limit = Math.min(
      Math.max(Number.parseInt(c.req.query('limit') ?? '', 10) || pageSize, 1),
      maximumScriptedPage,
    )
    const page = await listEmails(
      db,
      { recipient: to === undefined ? undefined : (addressOf(to) ?? to), search: c.req.query('q') },
      { limit, cursor: await afterEmail(db, c.req.query('after')) },
    )
    return c.json({ data: page.emails.map(scriptedEmail), has_more: page.hasOlder })
  })

  inbox.get('/inbox/:id', async (c) => {
    const email = await findEmail(db, c.req.param('id'))
    if (!email) return c.notFound()
    const asked = c.req.query('part')
    const part: MailPart = mailParts.find((name) => name === asked) ?? (email.html === null ? 'text' : 'html')
    const width: MailWidth = c.req.query('width') === 'phone' ? 'phone' : 'full'
    const events = await listEvents(db, email.id)
    return c.html(asDocument(<MailPage email={email} events={events} part={part} width={width} />))
  })

  inbox.get('/inbox/:id/html', async (c) => {
    const email = await findEmail(db, c.req.param('id'))
    if (!email || email.html === null) return c.notFound()
    c.header('content-security-policy', mailContentPolicy)
    return c.html(withLinksInNewTab(email.html))
  })

  inbox.get('/inbox/:id/text', async (c) => {
    const email = await findEmail(db, c.req.param('id'))
    if (!email || email.text === null) return c.notFound()
    return c.text(email.text)
  })

  return inbox
}

function readCursor(c: Context): Cursor | undefined {
  for (const direction of ['older', 'newer'] as const) {
    const position = c.req.query(direction)
    if (position !== undefined && /^\d{1,15}$/.test(position)) return { direction, position: Number(position) }
  }
  return undefined
}

async function afterEmail(db: Sandbox['db'], id: string | undefined): Promise<Cursor | undefined> {
  const email = id === undefined ? undefined : await findEmail(db, id)
  return email && { direction: 'older', position: email.position }
}
