// The mail that a reader gets who lost the link to the preference center. Its button is that link.
import { letterOf } from './components/letter.tsx'
import { preferencesLinkPreview } from './components/preview-props.ts'

export const {
  Email: PreferencesLinkEmail,
  subject: preferencesLinkSubject,
  text: preferencesLinkText,
} = letterOf(({ preferencesLink: words }) => ({ ...words, notes: [words.keep, words.ignore] }), preferencesLinkPreview)

export default PreferencesLinkEmail
