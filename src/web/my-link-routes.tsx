/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { mailMyLink } from '../subscriptions/my-link.ts'
import { MyLinkForm, refusedAddress, type TypedAddress } from './address-form.tsx'
import { addressSchema, check, readBody, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import type { WebOptions } from './web-options.ts'

/** For readers who lost the link to their preferences. */
export function myLinkRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()

  app.get('/my-link', (c) => formPage(c, context))

  app.post('/my-link', async (c) => {
    const body = await readBody(c)
    try {
      await mailMyLink(context, check(addressSchema, body).email, options.clientAddress(c))
    } catch (error) {
      if (speaksJson(c)) throw error
      return formPage(c, context, refusedAddress(error, body))
    }
    options.background(sendSoon(context))
    const message = 'If that address gets our digest, or got it before, a mail with its link is on its way to it.'
    if (speaksJson(c)) return c.json({ message }, 202)
    return page(
      c,
      context,
      { title: 'Check your inbox', isPrivate: true },
      <>
        <h1>Check your inbox</h1>
        <p>{message}</p>
        <p class="quiet">
          Nothing there after a few minutes? Look in the spam folder. We mail a link once an hour at most, and three
          times a day.
        </p>
      </>,
    )
  })

  return app
}

function formPage(c: HonoContext, context: Context, typed?: TypedAddress) {
  const isRefused = typed !== undefined
  return page(
    c,
    context,
    { title: isRefused ? 'Please check the form' : 'Your link', status: isRefused ? 422 : 200 },
    <>
      <h1>Lost your link?</h1>
      <p>
        Every digest has a link to your preferences. Enter your address, and it is mailed to you: with it you change
        what comes and when, pause, leave, or have everything about you erased.
      </p>
      <MyLinkForm typed={typed} />
    </>,
  )
}
