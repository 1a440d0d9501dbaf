import { DomUtils, parseDocument } from 'htmlparser2'
import { createElement, type JSX } from 'react'
import { AddressChangeEmail, addressChangeText } from '../../emails/address-change.tsx'
import { AddressChangeNoticeEmail, addressChangeNoticeText } from '../../emails/address-change-notice.tsx'
import { AlreadySubscribedEmail, alreadySubscribedText } from '../../emails/already-subscribed.tsx'
import { AnswerEmail, type AnswerProps, answerText } from '../../emails/answer.tsx'
import type { LetterProps } from '../../emails/components/letter.tsx'
import { ConfirmEmail, type ConfirmProps, confirmText } from '../../emails/confirm.tsx'
import { DigestEmail, type DigestProps, digestText, type Story } from '../../emails/digest.tsx'
import {
  PreferencesChangedEmail,
  type PreferencesChangedProps,
  preferencesChangedText,
} from '../../emails/preferences-changed.tsx'
import { PreferencesLinkEmail, preferencesLinkText } from '../../emails/preferences-link.tsx'
import { type RenderedMail, renderMail } from '../../emails/render.ts'
import { WelcomeEmail, type WelcomeProps, welcomeText } from '../../emails/welcome.tsx'

export { DomUtils }

export type Document = ReturnType<typeof parseDocument>
export type Element = ReturnType<typeof DomUtils.getElementsByTagName>[number]

type Node = Element['children'][number]

export const isElement = (node: Node): node is Element => 'attribs' in node

/** The node's own text; nothing for an element or a comment. */
export const ownText = (node: Node): string => (node.type === 'text' && 'data' in node ? node.data.trim() : '')

export const preview: DigestProps = DigestEmail.PreviewProps

export const story = (changes: Partial<Story> = {}): Story => ({
  title: 'Council votes to run the harbour tram through the night',
  url: 'https://post.example/night-tram',
  summary: 'From March, trams will run until dawn.',
  imageUrl: 'https://post.example/night-tram.jpg',
  imageAlt: 'A tram',
  authors: ['Ines Okonjo-Hart'],
  topics: [{ slug: 'politics', name: 'Politics' }],
  publishedAt: new Date('2026-11-23T04:30:00Z'),
  ...changes,
})

export const renderDigest = (changes: Partial<DigestProps> = {}): Promise<RenderedMail> => {
  const props = { ...preview, ...changes }
  return renderMail(createElement(DigestEmail, props), digestText(props))
}

export const renderConfirm = (changes: Partial<ConfirmProps> = {}): Promise<RenderedMail> => {
  const props = { ...ConfirmEmail.PreviewProps, ...changes }
  return renderMail(createElement(ConfirmEmail, props), confirmText(props))
}

export const renderChanged = (changes: Partial<PreferencesChangedProps> = {}): Promise<RenderedMail> => {
  const props = { ...PreferencesChangedEmail.PreviewProps, ...changes }
  return renderMail(createElement(PreferencesChangedEmail, props), preferencesChangedText(props))
}

const letter =
  (
    Email: ((props: LetterProps) => JSX.Element) & { PreviewProps: LetterProps },
    text: (props: LetterProps) => string,
  ) =>
  (changes: Partial<LetterProps> = {}): Promise<RenderedMail> => {
    const props = { ...Email.PreviewProps, ...changes }
    return renderMail(createElement(Email, props), text(props))
  }

/** The mails about the preference center, by what they are. */
export const letters = {
  'reminder of a subscription': letter(AlreadySubscribedEmail, alreadySubscribedText),
  'lost link': letter(PreferencesLinkEmail, preferencesLinkText),
  'change of address': letter(AddressChangeEmail, addressChangeText),
  'notice of a change of address': letter(AddressChangeNoticeEmail, addressChangeNoticeText),
}

export const renderAnswer = (changes: Partial<AnswerProps> = {}): Promise<RenderedMail> => {
  const props = { ...AnswerEmail.PreviewProps, ...changes }
  return renderMail(createElement(AnswerEmail, props), answerText(props))
}

export const renderWelcome = (changes: Partial<WelcomeProps> = {}): Promise<RenderedMail> => {
  const props = { ...WelcomeEmail.PreviewProps, ...changes }
  return renderMail(createElement(WelcomeEmail, props), welcomeText(props))
}

export const parse = (html: string): Document => parseDocument(html)

export const all = (document: Document, name: string): Element[] => DomUtils.getElementsByTagName(name, document)

export const hrefsOf = (html: string): string[] =>
  all(parse(html), 'a').map((link) => DomUtils.getAttributeValue(link, 'href') ?? '')

export const visibleText = (html: string): string => DomUtils.textContent(all(parse(html), 'body')).replace(/\s+/g, ' ')
