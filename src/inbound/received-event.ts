// What an `email.received` event says, as far as this service goes by it: https://resend.com/docs/webhooks/emails/received
import { z } from 'zod'
import type { WebhookEvent } from '../delivery/webhook-event.ts'
import type { InboundPurpose } from '../platform/database/schema.ts'
import { type MailPurpose, verifyMailToken } from '../platform/mail-address.ts'
import type { SigningKeys } from '../platform/signing-keys.ts'

/** What a mail is for, by an address that it was sent to. */
export type Target =
  | { readonly purpose: MailPurpose; readonly id: number }
  | { readonly purpose: 'subscribe'; readonly newsletter: string | null }

const mailboxes = z.array(z.string()).nullish().catch([])
const eventSchema = z.object({
  data: z.object({ to: mailboxes, cc: mailboxes, bcc: mailboxes, received_for: mailboxes }),
})

/** More are not looked at. */
const maximumRecipients = 50
/** To leave is stronger than anything else that a mail asks for. */
const order: readonly InboundPurpose[] = ['unsubscribe', 'reply', 'confirm', 'subscribe']

/** What the mail is for; undefined where none of its addresses is one of ours, with a token that is genuine where it needs one. */
export function targetOf(event: WebhookEvent, domain: string, keys: SigningKeys): Target | undefined {
  const parsed = eventSchema.safeParse(JSON.parse(event.json))
  if (!parsed.success) return undefined
  const { to, cc, bcc, received_for } = parsed.data.data
  // The addresses of the envelope first: those of the header are the sender's words.
  const targets = [received_for, to, cc, bcc]
    .flatMap((some) => some ?? [])
    .slice(0, maximumRecipients)
    .flatMap((mailbox) => readAddress(mailbox, domain, keys) ?? [])
  return targets.toSorted((a, b) => order.indexOf(a.purpose) - order.indexOf(b.purpose))[0]
}

function readAddress(mailbox: string, domain: string, keys: SigningKeys): Target | undefined {
  const address = bareAddress(mailbox).toLowerCase()
  const at = address.lastIndexOf('@')
  if (address.slice(at + 1) !== domain) return undefined
  const [, purpose, detail] = /^(subscribe|reply|confirm|unsubscribe)(?:\+(.{1,64}))?$/.exec(address.slice(0, at)) ?? []
  if (purpose === 'subscribe') return { purpose, newsletter: detail ?? null }
  if (purpose === undefined || detail === undefined) return undefined
  const id = verifyMailToken(keys, purpose as MailPurpose, detail)
  return id === undefined ? undefined : { purpose: purpose as MailPurpose, id }
}

/** `Name <name@host>` or `name@host`, without the name. */
export const bareAddress = (mailbox: string): string =>
  (/<([^<>]*)>\s*$/.exec(mailbox.slice(0, 1_000))?.[1] ?? mailbox).trim()
