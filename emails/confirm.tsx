// The one mail that an unconfirmed address gets. It asks, and sells nothing.
import { Column, Heading, Row, Text } from '@react-email/components'
import { clean } from './components/clean.ts'
import type { Publisher } from './components/digest-props.ts'
import { Footer } from './components/footer.tsx'
import { MailLayout } from './components/layout.tsx'
import { MailLink, Strip } from './components/parts.tsx'
import { blocks, heading, linked, wrap } from './components/plain-text.ts'
import { confirmPreview } from './components/preview-props.ts'
import { subjectOf } from './components/subject.ts'
import { footerText } from './components/text-footer.ts'
import { paint, serif } from './components/theme.ts'
import { messagesFor } from './messages.ts'

export type ConfirmProps = {
  newsletterName: string
  language: string
  confirmUrl: string
  publisher: Publisher
  /** A reply confirms, too. */
  takesReplies?: boolean
}

/** The subject of the confirmation mail, in at most 60 characters. */
export function confirmSubject({ newsletterName, language }: ConfirmProps): string {
  const { confirm } = messagesFor(language)
  const subject = confirm.subject(clean(newsletterName))
  return subjectOf([subject], language, confirm.title)
}

/** The text part of the confirmation mail. */
export function confirmText({ newsletterName, language, confirmUrl, publisher, takesReplies }: ConfirmProps): string {
  const { confirm } = messagesFor(language)
  return `${blocks(
    heading(confirm.title),
    wrap(confirm.asked(clean(newsletterName))),
    linked(`${confirm.button}:`, confirmUrl),
    wrap(takesReplies ? `${confirm.expires} ${confirm.replies}` : confirm.expires),
    wrap(confirm.ignore),
    footerText({ newsletterName, language, publisher, why: confirm.why }),
  )}\n`
}

/** The HTML part of the confirmation mail. */
export function ConfirmEmail(props: ConfirmProps) {
  const { newsletterName, language, confirmUrl, publisher, takesReplies } = props
  const { confirm } = messagesFor(language)
  const body = paint({ text: 'body' }, { margin: '0 0 20px', fontSize: '17px', lineHeight: '1.55' })
  const small = paint({ text: 'muted' }, { margin: '0 0 4px', fontSize: '14px', lineHeight: '22px' })
  return (
    <MailLayout
      language={language}
      title={confirmSubject(props)}
      intro={confirm.subject(clean(newsletterName))}
      footer={<Footer {...{ newsletterName, language, publisher }} why={confirm.why} />}
    >
      <Strip top={36} bottom={32}>
        <Heading as="h1" {...paint({ text: 'ink' }, titleStyle, 'lead-title')}>
          {confirm.title}
        </Heading>
        <Text {...body}>{confirm.asked(clean(newsletterName))}</Text>
        <Row align="left" style={{ width: 'auto', margin: '0 0 24px' }} width={undefined}>
          <Column {...paint({ fill: 'button' }, { padding: '14px 26px', fontSize: '17px', lineHeight: '24px' })}>
            <MailLink href={confirmUrl} tone="onButton" style={{ fontWeight: 700 }}>
              {confirm.button}
            </MailLink>
          </Column>
        </Row>
        <Row>
          <Column>
            <Text {...body}>
              {[confirm.expires, takesReplies && confirm.replies, confirm.ignore].filter(Boolean).join(' ')}
            </Text>
            <Text {...small}>{confirm.address}</Text>
            <Text
              {...paint({ text: 'body' }, { margin: 0, fontSize: '14px', lineHeight: '22px', wordBreak: 'break-all' })}
            >
              {confirmUrl}
            </Text>
          </Column>
        </Row>
      </Strip>
    </MailLayout>
  )
}

const titleStyle = { margin: '0 0 16px', fontFamily: serif, fontSize: '32px', lineHeight: '1.2', fontWeight: 700 }

ConfirmEmail.PreviewProps = confirmPreview satisfies ConfirmProps

export default ConfirmEmail
