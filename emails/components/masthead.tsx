import { Heading, Text } from '@react-email/components'
import { Rule, Strip } from './parts.tsx'
import { paint, serif } from './theme.ts'

type MastheadProps = { name: string; date: string; extent: string; inStories: { lang?: string } }

/** The newsletter's name, and the edition's day and extent between rules, as on a front page. */
export function Masthead({ name, date, extent, inStories }: MastheadProps) {
  return (
    <Strip top={28}>
      <Heading as="h1" dir="auto" {...inStories} {...paint({ text: 'ink' }, nameStyle, 'masthead')}>
        {name}
      </Heading>
      <Rule tone="ink" width={3} />
      <Text {...paint({ text: 'muted' }, dateStyle)}>{`${date} · ${extent.replaceAll(' ', '\u00a0')}`}</Text>
      <Rule />
    </Strip>
  )
}

/** The newsletter's name at the head of a mail that is no edition of it. */
export function Nameplate({ name }: { name: string }) {
  return (
    <Strip top={24}>
      <Text dir="auto" {...paint({ text: 'ink' }, plateStyle)}>
        {name}
      </Text>
      <Rule tone="ink" width={2} />
    </Strip>
  )
}

const plateStyle = { margin: '0 0 10px', fontFamily: serif, fontSize: '20px', lineHeight: '1.2', fontWeight: 700 }

const nameStyle = {
  margin: '0 0 16px',
  fontFamily: serif,
  fontSize: '42px',
  lineHeight: '1.1',
  fontWeight: 700,
  letterSpacing: '-0.5px',
  textAlign: 'center',
} as const

const dateStyle = {
  margin: '7px 0 8px',
  fontSize: '13px',
  lineHeight: '18px',
  textAlign: 'center',
} as const
