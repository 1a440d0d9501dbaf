// The one mail that an unconfirmed address gets. It asks, and sells nothing.
import { clean } from './components/clean.ts'
import type { Publisher } from './components/digest-props.ts'
import { Letter, type LetterWords, letterSubject, letterText } from './components/letter.tsx'
import { confirmPreview } from './components/preview-props.ts'
import { messagesFor } from './messages.ts'

export type ConfirmProps = {
  newsletterName: string
  language: string
  /** Of the newsletter's name, where it is another. */
  storiesLanguage?: string
  confirmUrl: string
  publisher: Publisher
  /** A reply confirms, too. */
  takesReplies?: boolean
}

function wordsOf({ newsletterName, language, takesReplies }: ConfirmProps): LetterWords {
  const { confirm } = messagesFor(language)
  const name = clean(newsletterName)
  return {
    ...confirm,
    subject: confirm.subject({ newsletter: name }),
    asked: confirm.asked({ newsletter: name }),
    notes: [confirm.expires, ...(takesReplies ? [confirm.replies] : []), confirm.ignore],
  }
}

/** The subject of the confirmation mail, in at most 60 characters. */
export const confirmSubject = (props: ConfirmProps) => letterSubject(wordsOf(props), props.language)

/** The text part of the confirmation mail. */
export const confirmText = (props: ConfirmProps) => letterText({ ...props, url: props.confirmUrl }, wordsOf(props))

/** The HTML part of the confirmation mail. */
export function ConfirmEmail({ confirmUrl, ...props }: ConfirmProps) {
  return <Letter {...props} url={confirmUrl} words={wordsOf({ ...props, confirmUrl })} />
}

ConfirmEmail.PreviewProps = confirmPreview satisfies ConfirmProps

export default ConfirmEmail
