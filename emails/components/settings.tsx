import { Column, Heading, Row, Text } from '@react-email/components'
import { messagesFor } from '../messages.ts'
import type { DigestLinks, DigestProps, Frequency } from './digest-props.ts'
import { MailLink, Strip } from './parts.tsx'
import { paint } from './theme.ts'

export type Setting = { label: string; href: string }

/** The changes that are one tap away, in the order of how often they help. */
export function settingsOf(links: DigestLinks, frequency: Frequency, language: string): Setting[] {
  const { digest, footer } = messagesFor(language)
  return [
    frequency === 'weekly'
      ? { label: digest.daily, href: links.daily }
      : { label: digest.weekly({ frequency }), href: links.weekly },
    { label: digest.pause, href: links.pauseTwoWeeks },
    { label: footer.preferences, href: links.preferences },
    { label: footer.unsubscribe, href: links.unsubscribe },
  ]
}

type SettingsProps = Pick<DigestProps, 'language' | 'frequency' | 'links' | 'takesReplies'>

/** A panel with the one-tap changes. */
export function Settings({ language, frequency, links, takesReplies }: SettingsProps) {
  const { digest } = messagesFor(language)
  return (
    <Strip bottom={32}>
      <Row {...paint({ fill: 'panel' })}>
        <Column style={{ padding: '18px 20px 20px' }}>
          <Heading as="h2" {...paint({ text: 'ink' }, { margin: 0, fontSize: '16px', lineHeight: '22px' })}>
            {digest.settings}
          </Heading>
          <Text {...paint({ text: 'body' }, { margin: '2px 0 6px', fontSize: '14px', lineHeight: '20px' })}>
            {digest.rhythm({ frequency })}
          </Text>
          {settingsOf(links, frequency, language).map((setting) => (
            // One a line: a thumb needs the room.
            <Text key={setting.label} {...paint({ text: 'ink' }, { margin: 0, fontSize: '15px', lineHeight: '38px' })}>
              <MailLink href={setting.href}>{setting.label}</MailLink>
            </Text>
          ))}
          {takesReplies && (
            <Text {...paint({ text: 'body' }, { margin: '8px 0 0', fontSize: '14px', lineHeight: '20px' })}>
              {digest.replies}
            </Text>
          )}
        </Column>
      </Row>
    </Strip>
  )
}
