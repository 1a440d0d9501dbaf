// Mail that a machine sent by itself: never answered, and nothing is done for it (RFC 3834 §2 and §7).
import type { Config } from '../platform/config.ts'
import type { ReceivedMail } from './fetch-mail.ts'
import { bareAddress } from './received-event.ts'

/** Names of senders behind which nobody reads. */
const machines =
  /^(mailer-daemon|postmaster|(do-?not-?|no-?)reply|bounces?|auto-?(reply|responder)|listserv|majordomo)([+._-].*)?$/i
/** What out-of-office notices are called where their headers do not say what they are. */
const noticeSubjects =
  /^\s*(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|undeliver(ed|able)|delivery status notification|mail delivery (failed|failure|subsystem)|returned mail|abwesenheit|automatische antwort|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|resposta automática|automatisch antwoord|autosvar)/i

/** Why a mail must not be answered, or undefined where a person seems to have written it. */
export function whyAutomatic(mail: ReceivedMail, config: Config): string | undefined {
  const { headers } = mail
  const header = (name: string) => headers.get(name)?.trim() ?? ''
  const submitted = header('auto-submitted').toLowerCase()
  if (submitted !== '' && !/^no\b/.test(submitted)) return 'auto-submitted'
  if (/^(bulk|list|junk|auto_reply)\b/i.test(header('precedence'))) return 'precedence'
  if (/^<\s*>$/.test(header('return-path'))) return 'null return path'
  if (headers.has('list-id') || headers.has('list-post')) return 'mailing list'
  for (const name of ['x-auto-response-suppress', 'x-autoreply', 'x-autorespond', 'x-loop']) {
    if (headers.has(name)) return name
  }
  if (/^multipart\/report\b/i.test(header('content-type'))) return 'report'
  const from = bareAddress(mail.from).toLowerCase()
  const at = from.lastIndexOf('@')
  if (at < 1) return 'no sender'
  if (machines.test(from.slice(0, at))) return 'machine'
  // Also where another of our mails went round in a circle.
  if (from === config.senderAddress.toLowerCase() || from.slice(at + 1) === config.inboundDomain) return 'our own'
  if (headers.has('feedback-id') || headers.has('list-unsubscribe')) return 'bulk mail'
  if (noticeSubjects.test(mail.subject)) return 'notice'
  return undefined
}
