import { createElement } from 'react'
import { spoken } from '../../emails/messages.ts'
import {
  PreferencesChangedEmail,
  type PreferencesChangedProps,
  preferencesChangedSubject,
  preferencesChangedText,
} from '../../emails/preferences-changed.tsx'
import { renderMail } from '../../emails/render.ts'
import { type MailTemplate, slotMarkers, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { replyAddress } from '../platform/mail-address.ts'
import { listId, publisherOf } from '../platform/publisher.ts'
import { senderOf } from '../platform/sender.ts'
import type { Changed } from './change-notices.ts'

/** The mail that tells of changed settings. `topics`: the names of those that were chosen, none for every topic. */
export async function renderChangeNotice(
  context: Context,
  changed: Changed,
  topics: readonly string[],
): Promise<MailTemplate> {
  const { config } = context
  const { newsletter, pausedUntil, next_digest_at } = changed
  const markers = slotMarkers(context.random)
  const props: PreferencesChangedProps = {
    newsletterName: newsletter.name,
    language: spoken(changed.language),
    storiesLanguage: newsletter.language,
    frequency: changed.frequency,
    weekday: changed.weekday,
    topics,
    pausedUntil,
    next: next_digest_at && { at: next_digest_at, timeZone: changed.time_zone },
    // The button that ends the pause is on the page: a link only fills it in.
    url: `${config.publicUrl}/preferences/${markers.preferencesToken}${pausedUntil === null ? '' : '?pauseDays=0'}`,
    publisher: publisherOf(config, newsletter.name),
  }
  const parts = await renderMail(createElement(PreferencesChangedEmail, props), preferencesChangedText(props))
  return toTemplate(
    {
      from: senderOf(config, newsletter),
      replyTo: replyAddress(config, 'reply', markers.replyMailToken),
      subject: preferencesChangedSubject(props),
      ...parts,
      headers: { 'List-Id': listId(config, newsletter), 'Auto-Submitted': 'auto-generated' },
    },
    markers,
  )
}
