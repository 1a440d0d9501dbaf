// Events as Resend posts them.
import { Webhook } from 'standardwebhooks'
import { parseWebhookEvent, type WebhookEvent } from '../../src/delivery/webhook-event.ts'
import { monday } from './context.ts'

export const webhookSecret = `whsec_${btoa('a secret of thirty-two bytes, ok')}`

export type EventOptions = {
  readonly type: string
  readonly at?: Date
  readonly providerId?: string
  readonly message?: number
  readonly to?: string
  readonly data?: Record<string, unknown>
}

export function eventBody({ type, at = monday, providerId = 'unknown', message, to, data }: EventOptions): string {
  return JSON.stringify({
    type: `email.${type}`,
    created_at: at.toISOString(),
    data: {
      created_at: monday.toISOString(),
      email_id: providerId,
      from: 'Newsmatro <digest@newsmatro.example>',
      to: to === undefined ? [] : [to],
      subject: 'Today',
      tags: message === undefined ? {} : { message: String(message) },
      ...data,
    },
  })
}

export function webhookEvent(options: EventOptions): WebhookEvent {
  const event = parseWebhookEvent(new TextEncoder().encode(eventBody(options)))
  if (!event) throw new Error('not an event')
  return event
}

/** The headers that go with a body, signed as Svix does. */
export function signed(
  body: string,
  { id = 'msg_1', at = monday, secret = webhookSecret }: { id?: string; at?: Date; secret?: string } = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign(id, at, body),
  }
}
