import { Heading, Text } from '@react-email/components'
import { clean } from './clean.ts'
import type { Publisher } from './digest-props.ts'
import { useDirections } from './direction.tsx'
import { betweenPieces, unbroken } from './edition.ts'
import { LogoPlate } from './logo-plate.tsx'
import { useLook } from './look.ts'
import { Rule, Strip } from './parts.tsx'
import { paint } from './theme.ts'

/** `inStories`: the language of the newsletter's name, where it is not the mail's. */
type Named = { name: string; publisher: Publisher; inStories: { lang?: string } }
type MastheadProps = Named & { date: string; extent: string }

/** The newsletter's name, and the edition's day and extent between rules, as on a front page. */
export function Masthead({ name, publisher, date, extent, inStories }: MastheadProps) {
  const { headlineFont, logo } = useLook()
  const { directed } = useDirections()
  return (
    <Strip top={26}>
      {logo && <LogoPlate logo={logo} alt={clean(publisher.name)} isHeading={saysTheName(name, publisher)} />}
      {!(logo && saysTheName(name, publisher)) && (
        <Heading
          as="h1"
          {...directed(name)}
          {...inStories}
          {...paint({ text: 'ink' }, { ...nameStyle, fontFamily: headlineFont }, 'masthead')}
        >
          {name}
        </Heading>
      )}
      <Rule tone="ink" width={3} />
      <Text {...paint({ text: 'muted' }, dateStyle)}>{`${date}${betweenPieces}${unbroken(extent)}`}</Text>
      <Rule />
    </Strip>
  )
}

/** The newsletter's name at the head of a mail that is no edition of it. */
export function Nameplate({ name, publisher, inStories }: Named) {
  const { headlineFont, logo } = useLook()
  const { directed } = useDirections()
  return (
    <Strip top={22}>
      {logo && <LogoPlate logo={logo} alt={clean(publisher.name)} />}
      {!(logo && saysTheName(name, publisher)) && (
        <Text
          {...directed(name)}
          {...inStories}
          {...paint({ text: 'ink' }, { ...plateStyle, ...(logo && centred), fontFamily: headlineFont })}
        >
          {name}
        </Text>
      )}
      <Rule tone="ink" width={2} />
    </Strip>
  )
}

/** Whether the publisher's logo says what the newsletter is called. */
const saysTheName = (name: string, publisher: Publisher) => clean(publisher.name) === name

const centred = { textAlign: 'center' } as const
const plateStyle = { margin: '0 0 10px', fontSize: '20px', lineHeight: '1.2', fontWeight: 700 }

const nameStyle = {
  margin: '0 0 16px',
  fontSize: '42px',
  lineHeight: '1.1',
  fontWeight: 700,
  letterSpacing: '-0.5px',
  ...centred,
} as const

const dateStyle = {
  margin: '7px 0 8px',
  fontSize: '13px',
  lineHeight: '18px',
  ...centred,
} as const
