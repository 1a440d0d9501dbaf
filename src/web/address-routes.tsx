/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import {
  addressChangeHours,
  openAddressChange,
  requestAddressChange,
  stopAddressChange,
} from '../subscriptions/change-address.ts'
import { confirmAddressChange, findAddressChange } from '../subscriptions/confirm-address.ts'
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
    const asked = `If that address can be used, a mail is on its way to it. Your digest goes there once the link in that mail is followed, within ${addressChangeHours} hours. We ask an address once a day at most, and none that has a subscription of its own.`
    if (speaksJson(c)) return c.json({ message: asked }, 202)
    return requestPage(c, context, token, { note: asked })
  })

  app.get('/preferences/:token/address/stop', (c) =>
    c.redirect(`/preferences/${encodeURIComponent(c.req.param('token'))}/address`),
  )
  app.post('/preferences/:token/address/stop', async (c) => {
    const token = c.req.param('token')
    await stopAddressChange(context, idOf(context, 'preferences', token), evidenceOf(c, options, 'link'))
    const message = 'No change of address is under way.'
    if (speaksJson(c)) return c.json({ message })
    return requestPage(c, context, token, { note: message })
  })

  app.get('/address/:token', async (c) => {
    const change = await findAddressChange(context, c.req.param('token'))
    if (change.isDone) return changedPage(c, context, change.newsletterName)
    return page(
      c,
      context,
      { title: 'Confirm your new address', isPrivate: true, newsletterName: change.newsletterName },
      <>
        <h1>One press, and it comes here</h1>
        <p>
          {change.newsletterName} is sent to {change.newEmail} from now on, at the times and about the topics chosen
          before.
        </p>
        <form method="post">
          <button type="submit">Use this address</button>
        </form>
        <p class="hint">Not you? Then close this page; nothing will be sent.</p>
      </>,
    )
  })

  app.post('/address/:token', async (c) => {
    const change = await confirmAddressChange(context, c.req.param('token'), evidenceOf(c, options, 'link'))
    if (speaksJson(c)) return c.json({ message: 'Your address is changed.' })
    return changedPage(c, context, change.newsletterName)
  })

  return app
}

async function requestPage(
  c: HonoContext,
  context: Context,
  token: string,
  state: { readonly note?: string; readonly typed?: TypedAddress },
) {
  const { id, email, newsletterName } = await getReader(context.db, idOf(context, 'preferences', token))
  const asked = await openAddressChange(context, id)
  return page(
    c,
    context,
    {
      title: state.typed ? 'Please check the form' : 'Change your address',
      isPrivate: true,
      newsletterName,
      status: state.typed ? 422 : 200,
    },
    <>
      <h1>Change your address</h1>
      {state.note && (
        <div class="note" role="status">
          <p>{state.note}</p>
        </div>
      )}
      <p>Your mail comes to {email}.</p>
      {asked && (
        <form method="post" action={`/preferences/${token}/address/stop`}>
          <p>It was asked to go to {asked}, which has not confirmed yet.</p>
          <p>
            <button type="submit" class="second">
              Stop this change
            </button>
          </p>
        </form>
      )}
      <AddressForm
        action={`/preferences/${token}/address`}
        label="New address"
        button="Ask the new address"
        typed={state.typed}
      />
      <p class="hint">
        The new address gets a mail with a button to press; the one you have is told. Until the button is pressed,
        nothing changes.
      </p>
      <p>
        <a href={`/preferences/${token}`}>Back to your preferences</a>
      </p>
    </>,
  )
}

function changedPage(c: HonoContext, context: Context, newsletterName: string) {
  return page(
    c,
    context,
    { title: 'Your address is changed', isPrivate: true, newsletterName },
    <>
      <h1>Your address is changed</h1>
      <p>Your next digest comes to it. The links in older mails go on working.</p>
    </>,
  )
}
