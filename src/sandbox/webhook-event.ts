import type { EmailRow, EventRow } from './tables.ts'

export type DueEvent = Pick<EventRow, 'position' | 'email_id' | 'type' | 'created_at' | 'attempts'> &
  Pick<EmailRow, 'from' | 'to' | 'subject' | 'tags'> & { readonly email_created_at: Date }

const details = {
  bounced: {
    bounce: { message: "The recipient's mail server refused the address.", subType: 'General', type: 'Permanent' },
  },
  suppressed: {
    suppressed: {
      message: 'The address is on the suppression list: it bounced or complained before.',
      type: 'OnAccountSuppressionList',
    },
  },
} as const

/** The id that a receiver tells repetitions by: the same each time an event is posted. */
export function webhookIdOf(event: Pick<DueEvent, 'position' | 'email_id'>): string {
  return `msg_${event.email_id.replaceAll('-', '')}${event.position}`
}

/** The body that Resend posts: https://resend.com/docs/webhooks/event-types. Tags are a map here, and an array in a request. */
export function webhookBodyOf(event: DueEvent): string {
  return JSON.stringify({
    type: `email.${event.type}`,
    created_at: event.created_at.toISOString(),
    data: {
      created_at: event.email_created_at.toISOString(),
      email_id: event.email_id,
      message_id: `<${event.email_id}@sandbox.invalid>`,
      from: event.from,
      to: event.to,
      subject: event.subject,
      tags: Object.fromEntries(event.tags.map((tag) => [tag.name, tag.value])),
      ...(event.type in details ? details[event.type as keyof typeof details] : {}),
    },
  })
}
