/** @jsxImportSource hono/jsx */
// Where a mail to the service is written, as a reader's mail program would send it.
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ApiError } from './api-error.ts'
import { findEmail } from './find-emails.ts'
import { addressOf } from './mailbox.ts'
import type { Sandbox } from './options.ts'
import { asDocument } from './pages/layout.tsx'
import { type Draft, WritePage } from './pages/write-page.tsx'
import { readReceived, storeReceived } from './received.ts'
import type { EmailRow } from './tables.ts'

const maximumBodyBytes = 3 * 1024 * 1024
const maximumQuotedLines = 200

/** `/write`: the page, and `POST` of a mail as a form or as JSON `{from, to, subject?, text?, html?, headers?}`. */
export function createWriting(sandbox: Sandbox): Hono {
  const writing = new Hono()

  writing.get('/write', async (c) => {
    const id = c.req.query('reply')
    const email = id === undefined ? undefined : await findEmail(sandbox.db, id)
    if (id !== undefined && !email) return c.notFound()
    return c.html(asDocument(<WritePage draft={email ? replyTo(email) : emptyDraft(c)} />))
  })

  // A page elsewhere must not write mails here: it could confirm what it asked for itself.
  writing.post(
    '/write',
    (c, next) => {
      refuseForeign(c)
      return next()
    },
    bodyLimit({
      maxSize: maximumBodyBytes,
      onError: () => {
        throw new ApiError('validation_error', 'The mail is larger than 3 MB.', 413)
      },
    }),
    async (c) => {
      const isJson = c.req.header('content-type')?.startsWith('application/json') ?? false
      if (isJson) {
        const id = await receive(sandbox, readReceived(await c.req.json().catch(() => undefined)))
        return c.json({ id }, 201)
      }
      const form = await c.req.parseBody()
      const draft = draftOf(form)
      const { inReplyTo, ...fields } = draft
      try {
        const headers = inReplyTo ? { 'In-Reply-To': inReplyTo, References: inReplyTo } : {}
        await receive(sandbox, readReceived({ ...fields, headers }))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return c.html(asDocument(<WritePage draft={draft} problem={error.message} />), 422)
      }
      return c.html(asDocument(<WritePage draft={draft} isSent />))
    },
  )
  return writing
}

/** By Sec-Fetch-Site where the browser says it: the Origin of a form on these pages, which give no referrer, is "null". */
function refuseForeign(c: Context): void {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const isForeign =
    site === undefined
      ? origin !== undefined && origin !== new URL(c.req.url).origin
      : site !== 'same-origin' && site !== 'none'
  if (isForeign) throw new ApiError('invalid_access', 'Mails are written on the page of this sandbox, not on another.')
}

async function receive(sandbox: Sandbox, mail: Parameters<typeof storeReceived>[1]): Promise<string> {
  const id = await storeReceived(sandbox, mail)
  sandbox.afterAccepting()
  return id
}

function emptyDraft(c: Context): Draft {
  return { from: 'reader@example.com', to: c.req.query('to') ?? '', subject: '', text: '', inReplyTo: '' }
}

/** As a mail program begins a reply: to whom the mail asks for, with the mail quoted. */
function replyTo(email: EmailRow): Draft {
  const quoted = (email.text ?? '').split('\n').slice(0, maximumQuotedLines)
  const day = new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' })
  return {
    from: email.to[0] ?? '',
    to: email.reply_to[0] ?? addressOf(email.from) ?? email.from,
    subject: /^re:/i.test(email.subject) ? email.subject : `Re: ${email.subject}`,
    text: `\n\nOn ${day.format(email.created_at)}, ${email.from} wrote:\n\n${quoted.map((line) => `> ${line}`).join('\n')}\n`,
    inReplyTo: `<${email.id}@sandbox.invalid>`,
  }
}

function draftOf(form: Record<string, unknown>): Draft {
  const text = (name: string) => (typeof form[name] === 'string' ? form[name] : '')
  return {
    from: text('from'),
    to: text('to'),
    subject: text('subject'),
    text: text('text'),
    inReplyTo: text('inReplyTo'),
  }
}
