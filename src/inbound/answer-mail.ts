// The answer to a reader's mail: a message like every other, to the address that is known of the reader.
import { createElement } from 'react'
import { type Answer, AnswerEmail, answerSubject, answerText } from '../../emails/answer.tsx'
import { spoken } from '../../emails/messages.ts'
import { renderMail } from '../../emails/render.ts'
import { type SlotMarkers, slotMarkers, storeRendering, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { InTransaction, MessageKind } from '../platform/database/schema.ts'
import { replyAddress } from '../platform/mail-address.ts'
import { frontPath, listId, publisherOf } from '../platform/publisher.ts'
import { senderOf } from '../platform/sender.ts'
import type { ReceivedMail } from './fetch-mail.ts'
import type { Reader } from './reader.ts'

export type { Answer, NextDigest } from '../../emails/answer.tsx'

/** A Message-ID as RFC 5322 §3.6.4 has it, on one line and no longer than what is stored. */
const messageIdPattern = /<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>/g
const maximumReferencesLength = 900

/** Stores it to be sent. `undo`: the query with which the preference center has filled in what was before. */
export async function storeAnswer(
  context: Context,
  trx: InTransaction,
  reader: Reader,
  answer: Answer,
  to: { readonly kind: Extract<MessageKind, 'answer' | 'help'>; readonly mail: ReceivedMail; readonly undo: string },
): Promise<void> {
  const [inReplyTo] = to.mail.messageId.match(messageIdPattern) ?? []
  const now = context.clock.now()
  const markers = slotMarkers(context.random)
  const mail = await render(context, reader, answer, markers, to.undo)
  const thread = inReplyTo && { 'In-Reply-To': markers.inReplyTo, References: markers.references }
  await trx
    .insertInto('messages')
    .values({
      kind: to.kind,
      subscriber_id: reader.subscriberId,
      subscription_id: reader.subscriptionId,
      to_email: reader.email,
      rendering_id: await storeRendering(
        trx,
        toTemplate({ ...mail, headers: { ...mail.headers, ...thread } }, markers),
        now,
      ),
      key_id: context.keys.newestId,
      created_at: context.clock.sqlNow,
      in_reply_to: inReplyTo ?? null,
      mail_references: inReplyTo ? referencesOf(to.mail, inReplyTo) : null,
    })
    .execute()
}

async function render(context: Context, reader: Reader, answer: Answer, markers: SlotMarkers, undo: string) {
  const { config } = context
  const { newsletter } = reader
  const preferences = `${config.publicUrl}/preferences/${markers.preferencesToken}`
  const props = {
    newsletterName: newsletter.name,
    language: spoken(reader.language),
    storiesLanguage: newsletter.language,
    answer,
    links: {
      preferences,
      undo: `${preferences}${undo}`,
      unsubscribe: `${config.publicUrl}/unsubscribe/${markers.unsubscribeToken}`,
      subscribe: `${config.publicUrl}${frontPath(newsletter)}`,
    },
    publisher: publisherOf(config, newsletter.name),
  }
  const { html, text } = await renderMail(createElement(AnswerEmail, props), answerText(props))
  return {
    from: senderOf(config, newsletter),
    replyTo: replyAddress(config, 'reply', markers.replyMailToken),
    subject: answerSubject(props),
    html,
    text,
    headers: {
      'List-Id': listId(config, newsletter), // RFC 2919 §3: also on answers to commands
      'Auto-Submitted': 'auto-replied', // RFC 3834 §5
    } as Record<string, string>,
  }
}

/** The mail's own references and then the mail (RFC 5322 §3.6.4): of too many the first and the last. */
function referencesOf(mail: ReceivedMail, messageId: string): string {
  const ids = [...(mail.headers.get('references') ?? '').slice(0, 10_000).matchAll(messageIdPattern)].map(([id]) => id)
  const [first, ...others] = [...ids.filter((id) => id !== messageId), messageId]
  const kept: string[] = []
  let length = first?.length ?? 0
  for (const id of others.reverse()) {
    length += id.length + 1
    if (length > maximumReferencesLength) break
    kept.unshift(id)
  }
  return [first, ...kept].join(' ')
}
