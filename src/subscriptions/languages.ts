// The languages that readers are spoken to in, for the pages as for the mails.
export { directionOf } from '../../emails/components/language.ts'
export {
  catalogues,
  knownLanguage,
  type Language,
  languages,
  type Messages,
  messagesFor,
} from '../../emails/messages.ts'
