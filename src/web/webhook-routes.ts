import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { parseWebhookEvent } from '../delivery/webhook-event.ts'
import { receiveWebhook } from '../delivery/webhooks.ts'
import { createMailbox } from '../inbound/fetch-mail.ts'
import { handleMails } from '../inbound/handle-mails.ts'
import { receiveMail } from '../inbound/receive-mail.ts'
import type { Context } from '../platform/context.ts'
import { findForgery } from '../platform/webhook-signature.ts'
import { reply } from './reply.tsx'
import { sendSoon } from './send-soon.ts'
import type { WebOptions } from './web-options.ts'

const maximumBodyBytes = 1_000_000

/** Where Resend tells what became of the mails, and of mails from readers: https://resend.com/docs/webhooks/introduction. Anything but a 2xx is repeated for a day. */
export function webhookRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.post(
    '/webhooks/resend',
    bodyLimit({
      maxSize: maximumBodyBytes,
      onError: (c) => reply(c, context, 413, { title: 'Too much', message: 'An event may hold 1 MB at most.' }),
    }),
    async (c) => {
      const { webhookSecrets } = context.config
      if (webhookSecrets.length === 0) {
        return reply(c, context, 503, {
          title: 'No webhook secret',
          message: 'RESEND_WEBHOOK_SECRET is not set: set it to the signing secret of this endpoint (whsec_…).',
        })
      }
      const id = c.req.header('svix-id')
      const body = new Uint8Array(await c.req.arrayBuffer())
      const forgery = await findForgery(
        { id, timestamp: c.req.header('svix-timestamp'), signature: c.req.header('svix-signature'), body },
        webhookSecrets,
        context.clock.now(),
      )
      if (id === undefined || forgery !== undefined) {
        return reply(c, context, 401, { title: 'Not verified', message: forgery ?? 'The signature is missing.' })
      }
      const event = parseWebhookEvent(body)
      if (!event) {
        return reply(c, context, 400, { title: 'Not an event', message: 'The body is not the JSON of an event.' })
      }
      const { inboundDomain } = context.config
      if (event.type === 'email.received' && inboundDomain !== undefined) {
        const received = await receiveMail(context, inboundDomain, id, event)
        if (received === 'stored') options.background(actOnMails(context))
        else context.log.info('mail_without_effect', { result: received })
        return c.body(null, 200)
      }
      const result = await receiveWebhook(context, id, event)
      if (result !== 'recorded') context.log.info('webhook_without_effect', { type: event.type, result })
      return c.body(null, 200)
    },
  )
  return app
}

/** At once, after the response; what fails here is swept up by the jobs. */
async function actOnMails(context: Context): Promise<void> {
  try {
    await handleMails(context, createMailbox(context.config), { signal: new AbortController().signal })
  } catch (error) {
    context.log.warn('mail_left_to_the_jobs', { error: error instanceof Error ? error.message : 'unknown' })
    return
  }
  await sendSoon(context, 'all')
}
