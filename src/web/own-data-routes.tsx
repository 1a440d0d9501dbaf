/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'
import { exportReader } from '../subscriptions/data-export.ts'
import { eraseReader } from '../subscriptions/erase.ts'
import { messagesFor } from '../subscriptions/languages.ts'
import { consentHistory, getReader, languageOf } from '../subscriptions/reader.ts'
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
    const reader = await getReader(context.db, idOf(context, 'preferences', token))
    const { id, timeZone, language, newsletterName } = reader
    const words = messagesFor(language)
    return page(
      c,
      context,
      { title: words.history.title, isPrivate: true, language, newsletterName },
      <>
        <h1>{words.preferences.history}</h1>
        <History entries={await consentHistory(context.db, id)} timeZone={timeZone} language={language} />
        <p>
          <a href={`/preferences/${token}`}>{words.page.back}</a>
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
    const { email, language, newsletterName } = await getReader(context.db, idOf(context, 'preferences', token))
    const words = messagesFor(language)
    const { erase } = words
    return page(
      c,
      context,
      { title: erase.title, isPrivate: true, language, newsletterName },
      <>
        <h1>{erase.question}</h1>
        <p>{erase.atOnce({ email })}</p>
        <p class="hint">{erase.stays}</p>
        <form method="post">
          <button type="submit">{erase.title}</button>
        </form>
        <p>
          <a href={`/preferences/${token}`}>{words.page.back}</a>
        </p>
      </>,
    )
  })

  app.post('/preferences/:token/erase', async (c) => {
    const subscriptionId = idOf(context, 'preferences', c.req.param('token'))
    const language = await languageOf(context.db, subscriptionId)
    const { erase } = messagesFor(language)
    await eraseReader(context, subscriptionId, evidenceOf(c, options, 'link'))
    return page(
      c,
      context,
      { title: erase.done, isPrivate: true, language },
      <>
        <h1>{erase.done}</h1>
        <p>{erase.doneMore}</p>
      </>,
    )
  })

  return app
}
