// The mails about the preference center.
import { createElement } from 'react'
import { AddressChangeEmail, addressChangeSubject, addressChangeText } from '../../emails/address-change.tsx'
import {
  AddressChangeNoticeEmail,
  addressChangeNoticeSubject,
  addressChangeNoticeText,
} from '../../emails/address-change-notice.tsx'
import {
  AlreadySubscribedEmail,
  alreadySubscribedSubject,
  alreadySubscribedText,
} from '../../emails/already-subscribed.tsx'
import { spoken } from '../../emails/messages.ts'
import { PreferencesLinkEmail, preferencesLinkSubject, preferencesLinkText } from '../../emails/preferences-link.tsx'
import { renderMail } from '../../emails/render.ts'
import { type MailTemplate, slotMarkers, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import type { MessageKind } from '../platform/database/schema.ts'
import { listId, publisherOf } from '../platform/publisher.ts'
import { senderOf } from '../platform/sender.ts'
import { keptTemplate } from './kept-template.ts'

const letters = {
  preferences_link: {
    path: ({ preferencesToken }: Links) => `preferences/${preferencesToken}`,
    ...{ Email: PreferencesLinkEmail, subject: preferencesLinkSubject, text: preferencesLinkText },
  },
  already_subscribed: {
    path: ({ preferencesToken }: Links) => `preferences/${preferencesToken}`,
    ...{ Email: AlreadySubscribedEmail, subject: alreadySubscribedSubject, text: alreadySubscribedText },
  },
  address_change: {
    path: ({ confirmationToken }: Links) => `address/${confirmationToken}`,
    ...{ Email: AddressChangeEmail, subject: addressChangeSubject, text: addressChangeText },
  },
  address_change_notice: {
    path: ({ preferencesToken }: Links) => `preferences/${preferencesToken}/address`,
    ...{ Email: AddressChangeNoticeEmail, subject: addressChangeNoticeSubject, text: addressChangeNoticeText },
  },
} as const satisfies Partial<Record<MessageKind, unknown>>

type Links = { readonly preferencesToken: string; readonly confirmationToken: string }

type LetterKind = keyof typeof letters
type Named = {
  readonly name: string
  readonly slug: string
  readonly isFirst: boolean
  /** The reader's. */
  readonly language: string
  /** The newsletter's. */
  readonly storiesLanguage: string
}

/** A mail of such a kind, for any reader of a newsletter who is spoken to in that language. */
export function renderLetter(context: Context, kind: LetterKind, newsletter: Named): Promise<MailTemplate> {
  const named = { ...newsletter, language: spoken(newsletter.language) }
  return keptTemplate(context, [kind, named.slug, named.name, named.language, named.storiesLanguage], () =>
    render(context, kind, named),
  )
}

async function render(context: Context, kind: LetterKind, newsletter: Named): Promise<MailTemplate> {
  const { config } = context
  const { path, Email, subject, text } = letters[kind]
  const markers = slotMarkers(context.random)
  const props = {
    newsletterName: newsletter.name,
    language: newsletter.language,
    storiesLanguage: newsletter.storiesLanguage,
    url: `${config.publicUrl}/${path(markers)}`,
    publisher: publisherOf(config, newsletter.name),
  }
  const parts = await renderMail(createElement(Email, props), text(props))
  return toTemplate(
    {
      from: senderOf(config, newsletter),
      replyTo: config.contactAddress,
      subject: subject(props),
      ...parts,
      headers: { 'List-Id': listId(config, newsletter), 'Auto-Submitted': 'auto-generated' },
    },
    markers,
  )
}
