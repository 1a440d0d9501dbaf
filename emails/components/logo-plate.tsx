import { Column, Heading, Row } from '@react-email/components'
import type { CSSProperties } from 'react'
import type { Logo } from './digest-props.ts'
import { useLook } from './look.ts'
import { light, paint } from './theme.ts'

type LogoPlateProps = { logo: Logo; alt: string; isHeading?: boolean }

/** A logo in the middle of its line. In dark mode it is the one for that, or keeps the paper that it was made for. */
export function LogoPlate({ logo, alt, isHeading = false }: LogoPlateProps) {
  const look = useLook()
  const padding = logo.darkUrl ? 0 : '8px 12px'
  const image = <LogoImage logo={logo} alt={alt} font={look.headlineFont} />
  return (
    <Row align="center" style={{ width: 'auto', margin: '0 auto 16px' }} width={undefined}>
      <Column {...look.paint({ fill: 'plate' }, { padding })}>
        {isHeading ? (
          <Heading as="h1" style={{ margin: 0 }}>
            {image}
          </Heading>
        ) : (
          image
        )}
      </Column>
    </Row>
  )
}

function LogoImage({ logo, alt, font }: { logo: Logo; alt: string; font: string }) {
  // While pictures are off the name stands there, on the same plate: dark on one that stays light.
  const type: CSSProperties = { fontFamily: font, fontSize: '26px', lineHeight: '1.2', fontWeight: 700 }
  const style: CSSProperties = { display: 'block', border: 0, maxWidth: '100%', ...type }
  const painted = logo.darkUrl ? paint({ text: 'ink' }, style) : { style: { color: light.ink, ...style } }
  const image = <img src={logo.url} alt={alt} width={logo.width} {...painted} />
  if (!logo.darkUrl) return image
  return (
    <picture>
      <source srcSet={logo.darkUrl} media="(prefers-color-scheme: dark)" />
      {image}
    </picture>
  )
}
