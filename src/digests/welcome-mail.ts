// A welcome as a mail: rendered once for all who are told the same.
import { createElement } from 'react'
import { renderMail } from '../../emails/render.ts'
import { WelcomeEmail, welcomeSubject, welcomeText } from '../../emails/welcome.tsx'
import { type MailTemplate, slotMarkers, toTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { sha256, toHex } from '../platform/encoding.ts'
import { perContext } from '../platform/per-context.ts'
import { type DigestContent, digestProps, envelopeOf } from './digest-mail.ts'

export type WelcomeContent = DigestContent & {
  /** It says when the first digest comes: a slot. */
  readonly hasFirstDigest: boolean
}

/** So many are kept, of some 100 kB each: those who confirm at the same time have few languages, topics and days. */
const mostKept = 16
const keptIn = perContext<string, MailTemplate>()

/** The mail of this content, as it was rendered before, if it was one of the last. Throws where it cannot be rendered. */
export async function welcomeMail(context: Context, content: WelcomeContent): Promise<MailTemplate> {
  const kept = keptIn(context)
  const key = toHex(await sha256(JSON.stringify(content)))
  const template = kept.get(key) ?? (await render(context, content))
  kept.delete(key)
  kept.set(key, template)
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return template
}

async function render(context: Context, content: WelcomeContent): Promise<MailTemplate> {
  const markers = slotMarkers(context.random)
  const props = {
    ...digestProps(context, content, markers),
    firstDigest: content.hasFirstDigest ? markers.firstDigest : null,
  }
  const { html, text } = await renderMail(createElement(WelcomeEmail, props), welcomeText(props))
  const envelope = envelopeOf(context, content, markers, 'welcome')
  return toTemplate({ ...envelope, subject: welcomeSubject(props), html, text }, markers)
}
