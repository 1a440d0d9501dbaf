import type { BounceType, EmailRow, EventRow, EventType } from './tables.ts'

export type DueEvent = Pick<EventRow, 'position' | 'email_id' | 'type' | 'created_at' | 'attempts' | 'bounce_type'> &
  Pick<EmailRow, 'from' | 'to' | 'subject' | 'tags'> & { readonly email_created_at: Date }

const bounces: Record<BounceType, object> = {
  Permanent: { message: "The recipient's mail server refused the address.", subType: 'General', type: 'Permanent' },
  Transient: { message: "The recipient's mailbox is full.", subType: 'MailboxFull', type: 'Transient' },
}

const details: { [type in EventType]?: (event: DueEvent) => object } = {
  bounced: ({ bounce_type }) => ({ bounce: bounces[bounce_type ?? 'Permanent'] }),
  suppressed: () => ({
    suppressed: {
      message: 'The address is on the suppression list: it bounced or complained before.',
      type: 'OnAccountSuppressionList',
    },
  }),
  failed: () => ({ failed: { reason: 'The mail could not be handed to the mail server.' } }),
  clicked: ({ created_at }) => ({
    click: {
      ipAddress: '192.0.2.1',
      link: 'https://example.com/',
      timestamp: created_at.toISOString(),
      userAgent: 'Mozilla/5.0 (sandbox)',
    },
  }),
}

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
      ...details[event.type]?.(event),
    },
  })
}
