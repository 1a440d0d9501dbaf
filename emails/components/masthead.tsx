import { Heading, Text } from '@react-email/components'
import { Rule, Strip } from './parts.tsx'
import { paint, serif } from './theme.ts'

/** The newsletter's name and the edition's day, between rules, as on a front page. */
export function Masthead({ name, date, inStories }: { name: string; date: string; inStories: { lang?: string } }) {
  return (
    <Strip top={28}>
      <Heading as="h1" dir="auto" {...inStories} {...paint({ text: 'ink' }, nameStyle, 'masthead')}>
        {name}
      </Heading>
      <Rule tone="ink" width={3} />
      <Text {...paint({ text: 'muted' }, dateStyle)}>{date}</Text>
      <Rule />
    </Strip>
  )
}

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
  margin: 0,
  padding: '7px 0 8px',
  fontSize: '13px',
  lineHeight: '18px',
  textAlign: 'center',
} as const
