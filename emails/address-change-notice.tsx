// The mail that tells a reader's present address that another one was asked for. It does not say which.
import { clean } from './components/clean.ts'
import { Letter, type LetterProps, type LetterWords, letterSubject, letterText } from './components/letter.tsx'
import { addressChangeNoticePreview } from './components/preview-props.ts'
import { messagesFor } from './messages.ts'

function wordsOf({ newsletterName, language }: LetterProps): LetterWords {
  const words = messagesFor(language).addressChangeNotice
  const name = clean(newsletterName)
  return { ...words, subject: words.subject(name), asked: words.asked(name), notes: [words.ignore] }
}

/** The subject, in at most 60 characters. */
export const addressChangeNoticeSubject = (props: LetterProps) => letterSubject(wordsOf(props), props.language)

/** The text part. */
export const addressChangeNoticeText = (props: LetterProps) => letterText(props, wordsOf(props))

/** The HTML part. */
export function AddressChangeNoticeEmail(props: LetterProps) {
  return <Letter {...props} words={wordsOf(props)} />
}

AddressChangeNoticeEmail.PreviewProps = addressChangeNoticePreview satisfies LetterProps

export default AddressChangeNoticeEmail
