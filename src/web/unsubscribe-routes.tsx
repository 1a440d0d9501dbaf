/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { signToken } from '../platform/signed-token.ts'
import { messagesFor } from '../subscriptions/languages.ts'
import { findSubscription } from '../subscriptions/reader.ts'
import { findUndo, type Undo, undoToken, undoUnsubscribe, unsubscribe } from '../subscriptions/unsubscribe.ts'
import { spokenTo } from './asked-language.ts'
import { answerBadLink, idOf } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { readBody, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { frontOf, siteOf } from './site.ts'
import { UndoForm } from './undo-form.tsx'
import type { WebOptions } from './web-options.ts'

/** Leaving, by page or by one click, and coming back from a slip. */
export function unsubscribeRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.onError(answerBadLink(context))

  app.get('/unsubscribe/:token', async (c) => {
    const subscriptionId = idOf(context, 'unsubscribe', c.req.param('token'))
    const subscription = await findSubscription(context.db, subscriptionId)
    if (!subscription || subscription.isEnded) return goodbyePage(c, context, subscriptionId, subscription)
    const { newsletterName, language } = subscription
    const { leaving } = messagesFor(language)
    return page(
      c,
      context,
      { title: leaving.title, isPrivate: true, language, newsletterName },
      <>
        <h1>{leaving.question({ newsletter: newsletterName })}</h1>
        <p>{leaving.onePress}</p>
        <form method="post">
          <input type="hidden" name="from" value="page" />
          <button type="submit">{leaving.title}</button>
        </form>
      </>,
    )
  })

  // RFC 8058: no cookies, no redirect, any body, form or multipart; the token alone decides.
  app.post('/unsubscribe/:token', async (c) => {
    const subscriptionId = idOf(context, 'unsubscribe', c.req.param('token'))
    const body = await readBody(c).catch((): Record<string, unknown> => ({}))
    const isPage = body.from === 'page'
    await unsubscribe(
      context,
      subscriptionId,
      isPage ? 'unsubscribed_page' : 'unsubscribed_one_click',
      evidenceOf(c, options, isPage ? 'link' : 'one-click'),
    )
    if (!isPage) return c.body('', 200, { 'content-type': 'text/plain; charset=utf-8' })
    const subscription = await findSubscription(context.db, subscriptionId)
    return goodbyePage(c, context, subscriptionId, subscription, await undoToken(context, subscriptionId))
  })

  app.get('/undo/:token', async (c) => {
    const undo = await findUndo(context, c.req.param('token'))
    if (undo.isActive) return backPage(c, context, undo)
    const { newsletterName, language } = undo
    const { leaving } = messagesFor(language)
    return page(
      c,
      context,
      { title: leaving.subscribeAgain, isPrivate: true, language, newsletterName },
      <>
        <h1>{leaving.undoQuestion}</h1>
        <p>{leaving.undoOnePress}</p>
        <form method="post">
          <button type="submit">{leaving.undo}</button>
        </form>
      </>,
    )
  })

  app.post('/undo/:token', async (c) => {
    const undo = await undoUnsubscribe(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Subscribed again.' })
    return backPage(c, context, undo)
  })

  return app
}

async function goodbyePage(
  c: HonoContext,
  context: Context,
  subscriptionId: number,
  subscription: Awaited<ReturnType<typeof findSubscription>>,
  undo?: string,
): Promise<Response> {
  const { keys } = context
  const { speaking, words } = subscription
    ? { speaking: { language: subscription.language }, words: messagesFor(subscription.language) }
    : spokenTo(c, (await siteOf(context)).language)
  const { leaving } = words
  const front = subscription ? await frontOf(context, subscription.newsletter) : '/'
  return page(
    c,
    context,
    {
      title: leaving.done,
      isPrivate: true,
      ...speaking,
      ...(subscription && { newsletterName: subscription.newsletterName }),
    },
    <>
      <h1>{leaving.done}</h1>
      <p>{subscription ? leaving.doneMore({ newsletter: subscription.newsletterName }) : leaving.gone}</p>
      {subscription?.hasOthers && (
        <p>
          {leaving.others}{' '}
          <a href={`/preferences/${signToken(keys, keys.newestId, 'preferences', subscriptionId)}`}>
            {leaving.seeOthers}
          </a>
        </p>
      )}
      {undo ? (
        <UndoForm token={undo} words={words} />
      ) : (
        <p>
          {leaving.slip} <a href={front}>{leaving.subscribeAgain}</a>
        </p>
      )}
    </>,
  )
}

function backPage(c: HonoContext, context: Context, { newsletterName, language }: Undo) {
  const { leaving } = messagesFor(language)
  return page(
    c,
    context,
    { title: leaving.undone, isPrivate: true, language, newsletterName },
    <>
      <h1>{leaving.undone}</h1>
      <p>{leaving.undoneMore}</p>
    </>,
  )
}
