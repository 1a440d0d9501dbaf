// A mail about one thing, with one button: what all mails but the digest look like.
import { Column, Row, Text } from '@react-email/components'
import { type Messages, messagesFor } from '../messages.ts'
import { clean } from './clean.ts'
import type { Publisher } from './digest-props.ts'
import { Footer } from './footer.tsx'
import { storiesIn } from './language.ts'
import { MailLayout } from './layout.tsx'
import { Nameplate } from './masthead.tsx'
import { Button, Strip, Title } from './parts.tsx'
import { blocks, heading, linked, wrap } from './plain-text.ts'
import { subjectOf } from './subject.ts'
import { footerText } from './text-footer.ts'
import { paint } from './theme.ts'

/** What is the same in all of them; `url` is where the button leads, or a mark that is replaced per reader. */
export type LetterProps = {
  newsletterName: string
  language: string
  /** Of the newsletter's name, where it is another. */
  storiesLanguage?: string
  url: string
  publisher: Publisher
}

export type LetterWords = {
  subject: string
  /** The first line, which a list of mails shows beside the subject: what is asked, or is so now. */
  intro: string
  title: string
  /** Why the mail came, before the button. */
  asked: string
  /** What is so now, one a line. */
  facts?: readonly string[]
  button: string
  /** What else is to be known, after the button. */
  notes: readonly string[]
  /** Why the reader gets it, in the footer. */
  why: string
}

/** A letter of which only the words are its own, from the catalogue of the mail's language. */
export function letterOf(wordsIn: (catalogue: Messages) => CatalogueWords, preview: LetterProps) {
  const wordsOf = ({ newsletterName, language }: LetterProps): LetterWords => {
    const words = wordsIn(messagesFor(language))
    const newsletter = clean(newsletterName)
    return { ...words, subject: words.subject({ newsletter }), asked: words.asked({ newsletter }) }
  }
  const Email = (props: LetterProps) => <Letter {...props} words={wordsOf(props)} />
  Email.PreviewProps = preview
  return {
    Email,
    subject: (props: LetterProps) => letterSubject(wordsOf(props), props.language),
    text: (props: LetterProps) => letterText(props, wordsOf(props)),
  }
}

/** With the newsletter's name still to be put in. */
type CatalogueWords = Omit<LetterWords, 'subject' | 'asked'> & {
  subject: (values: { newsletter: string }) => string
  asked: (values: { newsletter: string }) => string
}

/** The subject, in at most 60 characters. */
export const letterSubject = (words: LetterWords, language: string) => subjectOf([words.subject], language, words.title)

/** The text part. */
export function letterText({ newsletterName, language, url, publisher }: LetterProps, words: LetterWords): string {
  return `${blocks(
    wrap(words.intro),
    heading(words.title),
    wrap(words.asked),
    words.facts?.map((fact) => wrap(`* ${fact}`)).join('\n'),
    linked(messagesFor(language).marks.labelled({ label: words.button }), url),
    ...words.notes.map((note) => wrap(note)),
    footerText({ newsletterName, language, publisher, why: words.why }),
  )}\n`
}

/** The HTML part. */
export function Letter({ words, ...props }: LetterProps & { words: LetterWords }) {
  const { newsletterName, language, url, publisher } = props
  const body = paint({ text: 'body' }, { margin: '0 0 20px', fontSize: '17px', lineHeight: '1.55' })
  const small = paint({ text: 'muted' }, { margin: '0 0 4px', fontSize: '14px', lineHeight: '22px' })
  return (
    <MailLayout
      language={language}
      look={publisher.look}
      title={letterSubject(words, language)}
      intro={words.intro}
      footer={<Footer {...{ newsletterName, language, publisher }} why={words.why} />}
    >
      <Nameplate name={clean(newsletterName)} publisher={publisher} inStories={storiesIn(props)} />
      <Strip top={28} bottom={32}>
        <Title>{words.title}</Title>
        <Text {...body}>{words.asked}</Text>
        {words.facts && (
          <Row style={{ margin: '0 0 24px' }}>
            <Column {...paint({ fill: 'panel' }, { padding: '12px 20px' })}>
              {words.facts.map((fact) => (
                <Text key={fact} {...paint({ text: 'ink' }, { margin: '6px 0', fontSize: '16px', lineHeight: '24px' })}>
                  {fact}
                </Text>
              ))}
            </Column>
          </Row>
        )}
        <Button href={url}>{words.button}</Button>
        <Row>
          <Column>
            <Text {...body}>{words.notes.join(' ')}</Text>
            <Text {...small}>{messagesFor(language).letter.address}</Text>
            <Text
              {...paint({ text: 'body' }, { margin: 0, fontSize: '14px', lineHeight: '22px', wordBreak: 'break-all' })}
            >
              {url}
            </Text>
          </Column>
        </Row>
      </Strip>
    </MailLayout>
  )
}
