import { createElement } from 'react'
import { ConfirmEmail, confirmSubject, confirmText } from '../../emails/confirm.tsx'
import { spoken } from '../../emails/messages.ts'
import { renderMail } from '../../emails/render.ts'
import { type MailTemplate, slotMarkers, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { replyAddress } from '../platform/mail-address.ts'
import { listId, publisherOf } from '../platform/publisher.ts'
import { senderOf } from '../platform/sender.ts'
import { keptTemplate } from './kept-template.ts'
import type { FoundNewsletter } from './newsletters.ts'

/** The mail that asks a reader to confirm. */
export function renderConfirmationMail(
  context: Context,
  newsletter: FoundNewsletter,
  asked: string,
): Promise<MailTemplate> {
  const language = spoken(asked)
  const named = ['confirmation', newsletter.slug, newsletter.name, language, newsletter.language]
  return keptTemplate(context, named, () => render(context, newsletter, language))
}

async function render(context: Context, newsletter: FoundNewsletter, language: string): Promise<MailTemplate> {
  const { config } = context
  const markers = slotMarkers(context.random)
  const props = {
    newsletterName: newsletter.name,
    language,
    storiesLanguage: newsletter.language,
    confirmUrl: `${config.publicUrl}/confirm/${markers.confirmationToken}`,
    publisher: publisherOf(config, newsletter.name),
    takesReplies: config.inboundDomain !== undefined,
  }
  const { html, text } = await renderMail(createElement(ConfirmEmail, props), confirmText(props))
  return toTemplate(
    {
      from: senderOf(config, newsletter),
      replyTo: replyAddress(config, 'confirm', markers.confirmMailToken),
      subject: confirmSubject(props),
      html,
      text,
      headers: { 'List-Id': listId(config, newsletter), 'Auto-Submitted': 'auto-generated' },
    },
    markers,
  )
}
