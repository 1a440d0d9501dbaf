import { Text } from '@react-email/components'
import { messagesFor } from '../messages.ts'
import { clean } from './clean.ts'
import type { Publisher } from './digest-props.ts'
import { Isolated } from './direction.tsx'
import { onOneLine } from './edition.ts'
import { MailLink, Strip } from './parts.tsx'
import { safeUrl } from './safe-url.ts'
import type { Setting } from './settings.tsx'
import { paint } from './theme.ts'

export type FooterProps = {
  newsletterName: string
  language: string
  publisher: Publisher
  why: string
  links?: Setting[]
}

/** What the law wants in every mail: who sends it, from where, why you get it, how to reach them, how to stop it. */
export function Footer({ newsletterName, language, publisher, why, links = [] }: FooterProps) {
  const { footer: words, marks } = messagesFor(language)
  const contact = clean(publisher.contactAddress)
  return (
    <Strip top={22}>
      <Text {...paint({ text: 'muted' }, lineStyle)}>{why}</Text>
      <Text {...paint({ text: 'muted' }, lineStyle)}>
        {`${words.sentBy({ newsletter: clean(newsletterName) })} `}
        <MailLink href={safeUrl(publisher.siteUrl)} tone="muted">
          <Isolated>{clean(publisher.name)}</Isolated>
        </MailLink>
        {`${marks.comma} `}
        <Isolated>{onOneLine(publisher.postalAddress)}</Isolated>.
      </Text>
      <Text {...paint({ text: 'muted' }, lineStyle)}>
        {`${words.questions} `}
        <MailLink href={`mailto:${contact}`} tone="muted">
          {contact}
        </MailLink>
      </Text>
      <LinkLine links={linksOf(publisher)} />
      <LinkLine links={links} />
    </Strip>
  )
}

/** Where else the publisher can be found. */
export const linksOf = ({ links }: Publisher): Setting[] =>
  links.flatMap(({ label, url }) => {
    const href = safeUrl(url)
    return href ? [{ label: clean(label), href }] : []
  })

function LinkLine({ links }: { links: readonly Setting[] }) {
  if (links.length === 0) return null
  return (
    <Text {...paint({ text: 'muted' }, lineStyle)}>
      {links.map(({ label, href }, index) => (
        <span key={href}>
          {index > 0 && ' · '}
          <MailLink href={href} tone="muted">
            {label}
          </MailLink>
        </span>
      ))}
    </Text>
  )
}

const lineStyle = { margin: '0 0 8px', fontSize: '13px', lineHeight: '20px' }
