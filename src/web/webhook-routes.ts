import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { parseWebhookEvent } from '../delivery/webhook-event.ts'
import { receiveWebhook } from '../delivery/webhooks.ts'
import type { Context } from '../platform/context.ts'
import { findForgery } from '../platform/webhook-signature.ts'
import { reply } from './reply.tsx'

const maximumBodyBytes = 1_000_000

/** Where Resend tells what became of the mails: https://resend.com/docs/webhooks/introduction. Anything but a 2xx is repeated for a day. */
export function webhookRoutes(context: Context): Hono {
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
      const result = await receiveWebhook(context, id, event)
      if (result !== 'recorded') context.log.info('webhook_without_effect', { type: event.type, result })
      return c.body(null, 200)
    },
  )
  return app
}
