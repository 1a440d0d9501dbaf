// The mail that asks a reader's new address to confirm that it is theirs.
import { clean } from './components/clean.ts'
import { Letter, type LetterProps, type LetterWords, letterSubject, letterText } from './components/letter.tsx'
import { addressChangePreview } from './components/preview-props.ts'
import { messagesFor } from './messages.ts'

function wordsOf({ newsletterName, language }: LetterProps): LetterWords {
  const words = messagesFor(language).addressChange
  const name = clean(newsletterName)
  return { ...words, subject: words.subject(name), asked: words.asked(name), notes: [words.expires, words.ignore] }
}

/** The subject, in at most 60 characters. */
export const addressChangeSubject = (props: LetterProps) => letterSubject(wordsOf(props), props.language)

/** The text part. */
export const addressChangeText = (props: LetterProps) => letterText(props, wordsOf(props))

/** The HTML part. */
export function AddressChangeEmail(props: LetterProps) {
  return <Letter {...props} words={wordsOf(props)} />
}

AddressChangeEmail.PreviewProps = addressChangePreview satisfies LetterProps

export default AddressChangeEmail
