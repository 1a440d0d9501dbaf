/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'
import { exportReader } from '../subscriptions/data-export.ts'
import { eraseReader } from '../subscriptions/erase.ts'
import { consentHistory, getReader } from '../subscriptions/reader.ts'
import { answerBadLink, idOf } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { History } from './history.tsx'
import { page } from './reply.tsx'
import type { WebOptions } from './web-options.ts'

/** What is kept about a reader: to look at, to take along, and to have erased. */
export function ownDataRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.onError(answerBadLink(context))

  app.get('/preferences/:token/history', async (c) => {
    const token = c.req.param('token')
    const { id, timeZone, newsletterName } = await getReader(context.db, idOf(context, 'preferences', token))
    return page(
      c,
      context,
      { title: 'What you agreed to', isPrivate: true, newsletterName },
      <>
        <h1>What you agreed to, and when</h1>
        <History entries={await consentHistory(context.db, id)} timeZone={timeZone} />
        <p>
          <a href={`/preferences/${token}`}>Back to your preferences</a>
        </p>
      </>,
    )
  })

  app.get('/preferences/:token/export', async (c) => {
    const data = await exportReader(context, idOf(context, 'preferences', c.req.param('token')))
    return c.body(data, 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="my-data.json"',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
    })
  })

  app.get('/preferences/:token/erase', async (c) => {
    const token = c.req.param('token')
    const { email, newsletterName } = await getReader(context.db, idOf(context, 'preferences', token))
    return page(
      c,
      context,
      { title: 'Erase everything', isPrivate: true, newsletterName },
      <>
        <h1>Erase everything about you?</h1>
        <p>
          At once, {email}, all your subscriptions and their history are erased, and nothing is sent to you any more. It
          cannot be undone. To come back you subscribe anew.
        </p>
        <p class="hint">
          What stays names nobody: how many mails were sent, and when something was agreed to. If mail to you was
          refused or reported as spam, an unreadable fingerprint of your address stays, so that it is never mailed
          again.
        </p>
        <form method="post">
          <button type="submit">Erase everything</button>
        </form>
        <p>
          <a href={`/preferences/${token}`}>Back to your preferences</a>
        </p>
      </>,
    )
  })

  app.post('/preferences/:token/erase', async (c) => {
    const subscriptionId = idOf(context, 'preferences', c.req.param('token'))
    await eraseReader(context, subscriptionId, evidenceOf(c, options, 'link'))
    return page(
      c,
      context,
      { title: 'Erased', isPrivate: true },
      <>
        <h1>Everything about you is erased</h1>
        <p>Nothing will be sent to you any more. A mail that was on its way already may still arrive.</p>
      </>,
    )
  })

  return app
}
