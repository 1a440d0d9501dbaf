import { Column, Row } from '@react-email/components'
import type { CSSProperties, ReactNode } from 'react'
import { gutter, light, paint, type Tone } from './theme.ts'

type MailLinkProps = { href: string | undefined; tone?: Tone; style?: CSSProperties; children: ReactNode }

/** An underlined link; just its text where there is no address to go to. */
export function MailLink({ href, tone = 'ink', style, children }: MailLinkProps) {
  if (!href) return children
  const underline = { textDecoration: 'underline', textUnderlineOffset: '3px' }
  return (
    // Not the library's: it opens windows, and clients decide that themselves.
    <a href={href} {...paint({ text: tone }, { ...underline, ...style })}>
      {children}
    </a>
  )
}

/** A headline's link has a hairline under it, as paper would. Clients that do not know it draw a full line. */
export const hairline: CSSProperties = { textDecorationThickness: '1px', textDecorationColor: light.muted }

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
export function Rule({ tone = 'rule', width = 1 }: { tone?: Tone; width?: number }) {
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
