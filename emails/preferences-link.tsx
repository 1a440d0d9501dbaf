// The mail that a reader gets who lost the link to the preference center. Its button is that link.
import { clean } from './components/clean.ts'
import { Letter, type LetterProps, type LetterWords, letterSubject, letterText } from './components/letter.tsx'
import { preferencesLinkPreview } from './components/preview-props.ts'
import { messagesFor } from './messages.ts'

function wordsOf({ newsletterName, language }: LetterProps): LetterWords {
  const words = messagesFor(language).preferencesLink
  const name = clean(newsletterName)
  return { ...words, subject: words.subject(name), asked: words.asked(name), notes: [words.keep, words.ignore] }
}

/** The subject, in at most 60 characters. */
export const preferencesLinkSubject = (props: LetterProps) => letterSubject(wordsOf(props), props.language)

/** The text part. */
export const preferencesLinkText = (props: LetterProps) => letterText(props, wordsOf(props))

/** The HTML part. */
export function PreferencesLinkEmail(props: LetterProps) {
  return <Letter {...props} words={wordsOf(props)} />
}

PreferencesLinkEmail.PreviewProps = preferencesLinkPreview satisfies LetterProps

export default PreferencesLinkEmail
