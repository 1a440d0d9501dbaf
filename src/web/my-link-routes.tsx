/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { catalogues } from '../subscriptions/languages.ts'
import { mailMyLink } from '../subscriptions/my-link.ts'
import { MyLinkForm, refusedAddress, type TypedAddress } from './address-form.tsx'
import { spokenTo } from './asked-language.ts'
import { addressSchema, check, readBody, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import { siteOf } from './site.ts'
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
    if (speaksJson(c)) return c.json({ message: catalogues.en.link.mailed }, 202)
    const { words, speaking } = spokenTo(c, (await siteOf(context)).language)
    return page(
      c,
      context,
      { title: words.page.checkInbox, isPrivate: true, ...speaking },
      <>
        <h1>{words.page.checkInbox}</h1>
        <p>{words.link.mailed}</p>
        <p class="quiet">
          {words.page.lookInSpam} {words.link.limit}
        </p>
      </>,
    )
  })

  return app
}

async function formPage(c: HonoContext, context: Context, typed?: TypedAddress) {
  const isRefused = typed !== undefined
  const { words, speaking, to } = spokenTo(c, (await siteOf(context)).language)
  const { link } = words
  return page(
    c,
    context,
    {
      title: isRefused ? words.page.checkForm : link.title,
      status: isRefused ? 422 : 200,
      path: '/my-link',
      ...speaking,
    },
    <>
      <h1>{link.lost}</h1>
      <p>{link.lostMore}</p>
      <MyLinkForm action={to('/my-link')} typed={typed} words={words} />
    </>,
  )
}
