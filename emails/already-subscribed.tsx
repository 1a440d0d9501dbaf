// The mail that a reader gets whose address somebody entered who did not know that it is subscribed. Its button is their link.
import { letterOf } from './components/letter.tsx'
import { alreadySubscribedPreview } from './components/preview-props.ts'

export const {
  Email: AlreadySubscribedEmail,
  subject: alreadySubscribedSubject,
  text: alreadySubscribedText,
} = letterOf(
  ({ alreadySubscribed: words }) => ({ ...words, notes: [words.keep, words.ignore] }),
  alreadySubscribedPreview,
)

export default AlreadySubscribedEmail
