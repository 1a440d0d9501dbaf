import { Column, Heading, Row } from '@react-email/components'
import type { ReactNode } from 'react'
import { useDirections } from './direction.tsx'
import { useLook } from './look.ts'
import { MailLink, Rule, Strip } from './parts.tsx'
import { sans } from './theme.ts'

type TopicSectionProps = {
  name: string
  /** The language of the name, where it is not the mail's. */
  lang?: string | undefined
  fewer?: { href: string; label: string } | undefined
  children: ReactNode
}

/** A heading under a heavy rule, with the link that asks for less of it at the end of the line. */
export function TopicSection({ name, lang, fewer, children }: TopicSectionProps) {
  const { paint } = useLook()
  const { directed, mail } = useDirections()
  return (
    <Strip bottom={28}>
      <Rule tone="ink" width={2} />
      <Row>
        <Column style={{ padding: '6px 0 0', verticalAlign: 'baseline' }}>
          <Heading as="h2" {...directed(name)} {...(lang && { lang })} {...paint({ text: 'accent' }, headingStyle)}>
            {name}
          </Heading>
        </Column>
        {fewer && (
          <Column
            align={mail === 'rtl' ? 'left' : 'right'}
            {...paint(
              { text: 'muted' },
              { padding: '6px 0 0', fontSize: '13px', lineHeight: '20px', verticalAlign: 'baseline' },
            )}
          >
            <MailLink href={fewer.href} tone="muted">
              {fewer.label}
            </MailLink>
          </Column>
        )}
      </Row>
      {children}
    </Strip>
  )
}

const headingStyle = { margin: 0, fontFamily: sans, fontSize: '16px', lineHeight: '22px', fontWeight: 700 }
