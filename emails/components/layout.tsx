import { Container, Head, Html } from '@react-email/components'
import type { ReactNode } from 'react'
import type { Look } from './digest-props.ts'
import { DirectionContext } from './direction.tsx'
import { directionOf, languageTag, startOf } from './language.ts'
import { LookContext } from './look.ts'
import { BrandBar, Strip } from './parts.tsx'
import { mailWidth, paint, sans, styleSheet } from './theme.ts'

export type MailLayoutProps = {
  language: string
  look: Look
  title: string
  intro: ReactNode
  children: ReactNode
  footer: ReactNode
}

/**
 * The page that every mail is on. `Body` of the library is not used: it puts a table without `lang` and `dir` directly
 * into the body, and clients that drop the attributes of `html` then know neither.
 */
export function MailLayout({ language, look, title, intro, children, footer }: MailLayoutProps) {
  const lang = languageTag(language)
  const dir = directionOf(language)
  // A word without an end must not push the page wider than the screen.
  const frame = { fontFamily: sans, wordBreak: 'break-word' } as const
  return (
    <Html lang={lang} dir={dir}>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style>{styleSheet(look)}</style>
      </Head>
      <body {...paint({ fill: 'page' }, { margin: 0, padding: 0 })}>
        <div lang={lang} dir={dir} {...paint({ fill: 'page' }, frame)}>
          <table
            role="presentation"
            width="100%"
            border={0}
            cellPadding={0}
            cellSpacing={0}
            {...paint({ fill: 'page' })}
          >
            <tbody>
              <tr>
                <td align="center" style={{ padding: '0 0 32px' }}>
                  {/* The first words of the mail are what a list of mails shows; they are no secret to the reader. */}
                  <LookContext value={look}>
                    <DirectionContext value={dir}>
                      <Frame align={startOf(dir)}>
                        <Strip top={14} bottom={12}>
                          <p {...paint({ text: 'muted' }, introStyle)}>{intro}</p>
                        </Strip>
                      </Frame>
                      <Frame fill="sheet" align={startOf(dir)}>
                        <BrandBar />
                        {children}
                      </Frame>
                      <Frame align={startOf(dir)}>{footer}</Frame>
                    </DirectionContext>
                  </LookContext>
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      </body>
    </Html>
  )
}

const introStyle = { margin: 0, fontSize: '13px', lineHeight: '19px' }

type FrameProps = { fill?: 'page' | 'sheet'; align: 'left' | 'right'; children: ReactNode }

/** A column of the mail's width; narrower where the screen is. Text starts at the mail's side in whatever script. */
function Frame({ fill = 'page', align, children }: FrameProps) {
  const style = { width: '100%', maxWidth: `${mailWidth}px`, textAlign: align }
  return (
    <Container width={mailWidth} {...paint({ fill }, style)}>
      {children}
    </Container>
  )
}
