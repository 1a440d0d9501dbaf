/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { signToken } from '../platform/signed-token.ts'
import { findSubscription } from '../subscriptions/reader.ts'
import { findUndo, undoToken, undoUnsubscribe, unsubscribe } from '../subscriptions/unsubscribe.ts'
import { answerBadLink, idOf } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { readBody, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
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
    const { newsletterName } = subscription
    return page(
      c,
      context,
      { title: 'Unsubscribe', isPrivate: true, newsletterName },
      <>
        <h1>Unsubscribe from {newsletterName}?</h1>
        <p>One press, and it is not sent to you any more.</p>
        <form method="post">
          <input type="hidden" name="from" value="page" />
          <button type="submit">Unsubscribe</button>
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
    if (undo.isActive) return backPage(c, context, undo.newsletterName)
    return page(
      c,
      context,
      { title: 'Subscribe again', isPrivate: true, newsletterName: undo.newsletterName },
      <>
        <h1>Shall it come again?</h1>
        <p>One press, and your digest comes as it did before.</p>
        <form method="post">
          <button type="submit">Undo: keep sending it</button>
        </form>
      </>,
    )
  })

  app.post('/undo/:token', async (c) => {
    const undo = await undoUnsubscribe(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Subscribed again.' })
    return backPage(c, context, undo.newsletterName)
  })

  return app
}

function goodbyePage(
  c: HonoContext,
  context: Context,
  subscriptionId: number,
  subscription: Awaited<ReturnType<typeof findSubscription>>,
  undo?: string,
): Promise<Response> {
  const { keys } = context
  return page(
    c,
    context,
    {
      title: 'You are unsubscribed',
      isPrivate: true,
      ...(subscription && { newsletterName: subscription.newsletterName }),
    },
    <>
      <h1>You are unsubscribed</h1>
      <p>{subscription?.newsletterName ?? 'It'} is not sent to you any more. Thank you for having read it.</p>
      {subscription?.hasOthers && (
        <p>
          You get other newsletters from us:{' '}
          <a href={`/preferences/${signToken(keys, keys.newestId, 'preferences', subscriptionId)}`}>look at them</a>.
        </p>
      )}
      {undo ? (
        <UndoForm token={undo} />
      ) : (
        <p>
          Was that a slip? <a href="/">Subscribe again</a>.
        </p>
      )}
    </>,
  )
}

function backPage(c: HonoContext, context: Context, newsletterName: string) {
  return page(
    c,
    context,
    { title: 'You are subscribed again', isPrivate: true, newsletterName },
    <>
      <h1>You are subscribed again</h1>
      <p>Your digest comes as it did before: the same days, hour and topics. No story was lost meanwhile.</p>
    </>,
  )
}
