/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { openAddressChange, requestAddressChange, stopAddressChange } from '../subscriptions/change-address.ts'
import { type AddressChange, confirmAddressChange, findAddressChange } from '../subscriptions/confirm-address.ts'
import { catalogues, type Messages, messagesFor } from '../subscriptions/languages.ts'
import { getReader } from '../subscriptions/reader.ts'
import { AddressForm, refusedAddress, type TypedAddress } from './address-form.tsx'
import { answerBadLink, idOf } from './bad-link.tsx'
import { evidenceOf } from './evidence.ts'
import { addressSchema, check, readBody, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import type { WebOptions } from './web-options.ts'

/** Another address: asked for and stopped with the reader's link, confirmed with the one that the new address gets. */
export function addressRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.onError(answerBadLink(context))

  app.get('/preferences/:token/address', (c) => requestPage(c, context, c.req.param('token'), {}))

  app.post('/preferences/:token/address', async (c) => {
    const token = c.req.param('token')
    const subscriptionId = idOf(context, 'preferences', token)
    const body = await readBody(c)
    try {
      const { email } = check(addressSchema, body)
      await requestAddressChange(context, subscriptionId, email, evidenceOf(c, options, 'link'))
    } catch (error) {
      if (speaksJson(c)) throw error
      return requestPage(c, context, token, { typed: refusedAddress(error, body) })
    }
    options.background(sendSoon(context))
    if (speaksJson(c)) return c.json({ message: catalogues.en.address.asked }, 202)
    return requestPage(c, context, token, { note: ({ address }) => address.asked })
  })

  app.get('/preferences/:token/address/stop', (c) =>
    c.redirect(`/preferences/${encodeURIComponent(c.req.param('token'))}/address`),
  )
  app.post('/preferences/:token/address/stop', async (c) => {
    const token = c.req.param('token')
    await stopAddressChange(context, idOf(context, 'preferences', token), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: catalogues.en.address.stopped })
    return requestPage(c, context, token, { note: ({ address }) => address.stopped })
  })

  app.get('/address/:token', async (c) => {
    const change = await findAddressChange(context, c.req.param('token'))
    if (change.isDone) return changedPage(c, context, change)
    const { newsletterName, newEmail, language } = change
    const { address: say, page: all } = messagesFor(language)
    return page(
      c,
      context,
      { title: say.confirmTitle, isPrivate: true, language, newsletterName },
      <>
        <h1>{say.onePress}</h1>
        <p>{say.fromNowOn({ newsletter: newsletterName, address: newEmail ?? '' })}</p>
        <form method="post">
          <button type="submit">{messagesFor(language).addressChange.button}</button>
        </form>
        <p class="hint">{all.notYou}</p>
      </>,
    )
  })

  app.post('/address/:token', async (c) => {
    const change = await confirmAddressChange(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Your address is changed.' })
    return changedPage(c, context, change)
  })

  return app
}

async function requestPage(
  c: HonoContext,
  context: Context,
  token: string,
  state: { readonly note?: (words: Messages) => string; readonly typed?: TypedAddress },
) {
  const { id, email, language, newsletterName } = await getReader(context.db, idOf(context, 'preferences', token))
  const words = messagesFor(language)
  const { address: say } = words
  const asked = await openAddressChange(context, id)
  return page(
    c,
    context,
    {
      title: state.typed ? words.page.checkForm : words.preferences.changeAddress,
      isPrivate: true,
      language,
      newsletterName,
      status: state.typed ? 422 : 200,
    },
    <>
      <h1>{words.preferences.changeAddress}</h1>
      {state.note && (
        <div class="note" role="status">
          <p>{state.note(words)}</p>
        </div>
      )}
      <p>{say.comesTo({ email })}</p>
      {asked && (
        <form method="post" action={`/preferences/${token}/address/stop`}>
          <p>{say.askedTo({ address: asked })}</p>
          <p>
            <button type="submit" class="second">
              {say.stop}
            </button>
          </p>
        </form>
      )}
      <AddressForm
        action={`/preferences/${token}/address`}
        label={say.newAddress}
        button={say.ask}
        typed={state.typed}
        words={words}
      />
      <p class="hint">{say.hint}</p>
      <p>
        <a href={`/preferences/${token}`}>{words.page.back}</a>
      </p>
    </>,
  )
}

function changedPage(c: HonoContext, context: Context, { newsletterName, language }: AddressChange) {
  const { address: say } = messagesFor(language)
  return page(
    c,
    context,
    { title: say.changed, isPrivate: true, language, newsletterName },
    <>
      <h1>{say.changed}</h1>
      <p>{say.changedMore}</p>
    </>,
  )
}
