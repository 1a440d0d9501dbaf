import { Column, Heading, Row } from '@react-email/components'
import type { CSSProperties, ReactNode } from 'react'
import { useDirections } from './direction.tsx'
import { startOf } from './language.ts'
import { useLook } from './look.ts'
import { gutter, type LineTone, paint, type TextTone } from './theme.ts'

type MailLinkProps = {
  href: string | undefined
  tone?: TextTone
  style?: CSSProperties
  /** Beside one that leads there, too: for fingers and mice alone, so that nobody hears it twice. */
  isSecond?: boolean
  children: ReactNode
}

/** An underlined link; just its text where there is no address to go to. */
export function MailLink({ href, tone = 'ink', style, isSecond = false, children }: MailLinkProps) {
  const look = useLook()
  if (!href) return children
  return (
    // Not the library's: it opens windows, and clients decide that themselves.
    <a
      href={href}
      {...(isSecond && outOfTheWay)}
      {...look.paint({ text: tone }, { textDecoration: 'underline', ...style })}
    >
      {children}
    </a>
  )
}

const outOfTheWay = { 'aria-hidden': true, tabIndex: -1 } as const

type HeadlineLinkProps = { href: string | undefined; size: string; className?: string; children: string }

/**
 * A headline's link has a hairline under it, as paper would: a line has the colour and the weight of the letters of the link,
 * which here are those of a footnote, and the headline stands in it in its own. Outlook on Windows draws a full line.
 */
export function HeadlineLink({ href, size, className, children }: HeadlineLinkProps) {
  if (!href) return children
  return (
    <MailLink href={href} tone="muted" style={{ fontSize: '13px' }}>
      <span {...paint({ text: 'ink' }, { fontSize: size }, className)}>{children}</span>
    </MailLink>
  )
}

/** What a mail that is no edition is about. */
export function Title({ children }: { children: string }) {
  const { headlineFont } = useLook()
  const style = { margin: '0 0 16px', fontFamily: headlineFont, fontSize: '32px', lineHeight: '1.2', fontWeight: 700 }
  return (
    <Heading as="h1" {...paint({ text: 'ink' }, style, 'lead-title')}>
      {children}
    </Heading>
  )
}

type ButtonProps = { href: string; children: string }

/** The one thing that a letter asks for. */
export function Button({ href, children }: ButtonProps) {
  const look = useLook()
  const { mail } = useDirections()
  return (
    <Row align={startOf(mail)} style={{ width: 'auto', margin: '0 0 24px' }} width={undefined}>
      <Column {...look.paint({ fill: 'button' }, { padding: '14px 26px', fontSize: '17px', lineHeight: '24px' })}>
        <MailLink href={href} tone="onButton" style={{ fontWeight: 700 }}>
          {children}
        </MailLink>
      </Column>
    </Row>
  )
}

/** A full-width strip with the mail's margins at its sides. */
export function Strip({ top = 0, bottom = 0, children }: { top?: number; bottom?: number; children: ReactNode }) {
  return (
    <Row>
      <Column className="gutter" style={{ padding: `${top}px ${gutter}px ${bottom}px` }}>
        {children}
      </Column>
    </Row>
  )
}

/** A rule across the column. Drawn as the border of a cell: Outlook on Windows gives `hr` a look of its own. */
export function Rule({ tone = 'rule', width = 1 }: { tone?: LineTone; width?: number }) {
  return (
    <Row>
      <Column
        {...paint(
          { line: tone },
          { borderTopWidth: width, borderTopStyle: 'solid', fontSize: '1px', lineHeight: '1px' },
        )}
      >
        &nbsp;
      </Column>
    </Row>
  )
}

/** A bar in the publisher's colour. */
export function BrandBar() {
  const look = useLook()
  return (
    <Row>
      <Column {...look.paint({ fill: 'brand' }, { fontSize: '1px', lineHeight: '6px' })}>&nbsp;</Column>
    </Row>
  )
}
