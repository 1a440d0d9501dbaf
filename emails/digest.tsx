// The digest: one newsletter's new stories for one group of readers.
import { clean } from './components/clean.ts'
import type { DigestProps } from './components/digest-props.ts'
import { Isolated } from './components/direction.tsx'
import { editionOf } from './components/edition.ts'
import { EditionBody } from './components/edition-body.tsx'
import { Footer } from './components/footer.tsx'
import { dateLine } from './components/in-words.ts'
import { storiesIn } from './components/language.ts'
import { MailLayout } from './components/layout.tsx'
import { Masthead } from './components/masthead.tsx'
import { digestPreview } from './components/preview-props.ts'
import { Settings, settingsOf } from './components/settings.tsx'
import { subjectOf } from './components/subject.ts'
import { messagesFor } from './messages.ts'

export type { DigestLinks, DigestProps, Frequency, Publisher, Story, Topic } from './components/digest-props.ts'
export { digestText } from './components/digest-text.ts'

/** The subject of a digest: its lead headline in at most 60 characters, never cut inside a word. */
export function digestSubject({ stories, newsletterName, language, storiesLanguage = language }: DigestProps): string {
  const { fallbackSubject } = messagesFor(language).digest
  return subjectOf([stories[0]?.title ?? '', newsletterName], storiesLanguage, fallbackSubject)
}

/** The HTML part of a digest. Render it with `renderMail`. */
export function DigestEmail(props: DigestProps) {
  const { language, frequency, links, publisher } = props
  const { footer } = messagesFor(language)
  const newsletterName = clean(props.newsletterName)
  const edition = editionOf(props)
  const settings = settingsOf(links, frequency, language)
  const why = footer.confirmed({ newsletter: newsletterName, date: props.confirmedOn })
  const footerLinks = settings.slice(-2)
  const inStories = storiesIn(props)
  return (
    <MailLayout
      language={language}
      look={publisher.look}
      title={digestSubject(props)}
      intro={edition.introPieces.map(({ text, isTold }) =>
        isTold ? (
          <Isolated key={text} {...inStories}>
            {text}
          </Isolated>
        ) : (
          text
        ),
      )}
      footer={<Footer {...{ newsletterName, language, publisher, why }} links={footerLinks} />}
    >
      <Masthead
        name={newsletterName}
        publisher={publisher}
        date={dateLine(props.editionDate, language)}
        extent={edition.extent}
        inStories={inStories}
      />
      <EditionBody {...props} edition={edition} />
      <Settings {...props} />
    </MailLayout>
  )
}

DigestEmail.PreviewProps = digestPreview satisfies DigestProps

export default DigestEmail
