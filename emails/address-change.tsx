// The mail that asks a reader's new address to confirm that it is theirs.
import { letterOf } from './components/letter.tsx'
import { addressChangePreview } from './components/preview-props.ts'

export const {
  Email: AddressChangeEmail,
  subject: addressChangeSubject,
  text: addressChangeText,
} = letterOf(({ addressChange: words }) => ({ ...words, notes: [words.expires, words.ignore] }), addressChangePreview)

export default AddressChangeEmail
