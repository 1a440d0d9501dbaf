// The mail that tells a reader's present address that another one was asked for. It does not say which.
import { letterOf } from './components/letter.tsx'
import { addressChangeNoticePreview } from './components/preview-props.ts'

export const {
  Email: AddressChangeNoticeEmail,
  subject: addressChangeNoticeSubject,
  text: addressChangeNoticeText,
} = letterOf(({ addressChangeNotice: words }) => ({ ...words, notes: [words.ignore] }), addressChangeNoticePreview)

export default AddressChangeNoticeEmail
