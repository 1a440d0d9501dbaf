// The mail that a reader gets who has confirmed: that it worked, when the first digest comes, and what is new until then.
import { Column, Row, Text } from '@react-email/components'
import { clean } from './components/clean.ts'
import type { DigestProps } from './components/digest-props.ts'
import { closingText, editionText } from './components/digest-text.ts'
import { betweenPieces, editionOf, unbroken } from './components/edition.ts'
import { EditionBody } from './components/edition-body.tsx'
import { Footer } from './components/footer.tsx'
import { storiesIn } from './components/language.ts'
import { MailLayout } from './components/layout.tsx'
import { Nameplate } from './components/masthead.tsx'
import { Rule, Strip, Title } from './components/parts.tsx'
import { blocks, heading, wrap } from './components/plain-text.ts'
import { welcomePreview } from './components/preview-props.ts'
import { Settings, settingsOf } from './components/settings.tsx'
import { subjectOf } from './components/subject.ts'
import { paint } from './components/theme.ts'
import { messagesFor } from './messages.ts'

/** As a digest's, with no stories where nothing is new. */
export type WelcomeProps = Omit<DigestProps, 'editionDate'> & {
  /** When the first digest comes, in words; shown as it is. Null where it has been made already. */
  firstDigest: string | null
}

const wordsOf = ({ language, newsletterName }: WelcomeProps) => {
  const { welcome } = messagesFor(language)
  return { ...welcome, title: welcome.title({ newsletter: clean(newsletterName) }) }
}

/** The subject, in at most 60 characters. */
export const welcomeSubject = (props: WelcomeProps) =>
  subjectOf([wordsOf(props).title], props.language, clean(props.newsletterName))

/** The text part. */
export function welcomeText(props: WelcomeProps): string {
  const words = wordsOf(props)
  const edition = props.stories.length > 0 && editionOf(props)
  return `${blocks(
    wrap(words.done),
    heading(words.title, '='),
    // Alone on its line, which it may not be cut to fit.
    props.firstDigest !== null && `${wrap(words.first)}\n${props.firstDigest}`,
    edition && blocks(heading(words.newest), wrap(edition.extent), editionText(edition, props)),
    closingText(props),
  )}\n`
}

/** The HTML part. */
export function WelcomeEmail(props: WelcomeProps) {
  const { language, frequency, links, publisher } = props
  const { footer } = messagesFor(language)
  const words = wordsOf(props)
  const newsletterName = clean(props.newsletterName)
  const edition = props.stories.length > 0 && editionOf(props)
  const settings = settingsOf(links, frequency, language)
  const why = footer.confirmed({ newsletter: newsletterName, date: props.confirmedOn })
  return (
    <MailLayout
      language={language}
      look={publisher.look}
      title={welcomeSubject(props)}
      intro={words.done}
      footer={<Footer {...{ newsletterName, language, publisher, why }} links={settings.slice(-2)} />}
    >
      <Nameplate name={newsletterName} publisher={publisher} inStories={storiesIn(props)} />
      <Strip top={28} bottom={28}>
        <Title>{words.title}</Title>
        {props.firstDigest !== null && (
          <Row>
            <Column>
              <Text {...paint({ text: 'body' }, { margin: 0, fontSize: '17px', lineHeight: '1.5' })}>
                {words.first}
              </Text>
              <Text {...paint({ text: 'ink' }, firstStyle)}>{props.firstDigest}</Text>
            </Column>
          </Row>
        )}
      </Strip>
      {edition && (
        <>
          <Strip>
            <Rule tone="ink" width={3} />
            <Text {...paint({ text: 'muted' }, newestStyle)}>
              {`${words.newest}${betweenPieces}${unbroken(edition.extent)}`}
            </Text>
            <Rule />
          </Strip>
          <EditionBody {...props} edition={edition} />
        </>
      )}
      <Settings {...props} />
    </MailLayout>
  )
}

const firstStyle = { margin: '4px 0 0', fontSize: '17px', lineHeight: '1.5', fontWeight: 700 }
const newestStyle = { margin: '7px 0 8px', fontSize: '13px', lineHeight: '18px', textAlign: 'center' } as const

WelcomeEmail.PreviewProps = welcomePreview satisfies WelcomeProps

export default WelcomeEmail
