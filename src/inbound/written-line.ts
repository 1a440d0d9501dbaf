// What a reader wrote themselves, as far as it matters: the first line of it. Text around it is quoted in as many ways as
// there are mail programs, so what is looked for is where quotations begin, not what they say.
import type { ReceivedMail } from './fetch-mail.ts'
import { htmlLines } from './html-lines.ts'

const maximumTextLength = 20_000
const maximumLines = 300

/** "On … wrote:", "Am … schrieb …:", "Le … a écrit :", "在…写道：": a time, or an address, and a colon at the end. */
const attribution = /(\d{1,2}[:.h]\d{2}|\d{4}|[^\s@<]@[^\s@>]).*[:：]\s*$/
/** What one begins with that is broken into lines; not what a reader may have written just above it. */
const attributionStart =
  /^(on|am|le|el|il|em|op|den|dnia|w dniu|pe|ti|ma|ke|to|la|su|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|a\(z\)|dne|20\d{2}|\d{1,2}[./]|[^<>]{1,100}<[^<>]+@)(?![a-z])|^在/i
/** How many lines an attribution may be broken into. */
const attributionLines = 3
/** "-----Original Message-----", "________________________________", "Begin forwarded message:" */
const separator = /^\s*(-{3,}.*-{3,}|_{5,}|\*{5,}|-{10,}|={10,}|begin forwarded message:)\s*$/i
/** The header block with which Outlook quotes: "From: Newsmatro <digest@…>". */
const quotedHeader =
  /^\s*\*?(from|von|de|da|van|fra|från|od|lähettäjä|发件人|差出人|보낸 사람)\*?\s?[:：]\*?\s.*(@|\[|<|\*)/i
const quotedHeaderAlone = /^\s*\*?(sent|gesendet|envoyé|enviado|inviato|verzonden|date|datum)\*?\s?[:：]\*?\s.*\d/i
const signature =
  /^\s*(--|—|sent (from|via|with|by) |get outlook for |von (meinem |mein ).*gesendet|gesendet (von|mit) |envoyé (de|depuis|à partir) |enviado (desde|do|de) |inviato d|verzonden (vanaf|met) |verstuurd vanaf |sendt fra |skickat från |wysłane z )/i
const greeting = /^(hi|hello|hey|dear|good (morning|day|afternoon|evening)|hallo|bonjour|hola|ciao)\b[^.?]{0,40}$/i

/** The first line that the reader wrote; the subject of a mail without any that is no reply; else ''. */
export function writtenLine(mail: ReceivedMail): string {
  const text = mail.text.trim() === '' ? htmlLines(mail.html) : mail.text
  const line = firstWritten(text)
  if (line !== '') return line
  const subject = mail.subject.trim()
  return /^(re|aw|sv|antw|fwd?|wg|tr|rv|odp|vs)\s?(\[\d+\])?:/i.test(subject) ? '' : subject.slice(0, 200)
}

function firstWritten(text: string): string {
  const lines = text
    .slice(0, maximumTextLength)
    .split(/\r\n|[\r\n\u2028\u2029]/, maximumLines)
    .map((line) => line.replace(/[\u00a0\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, ' ').trim())
  let hasGreeted = false
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line === '' || isQuoted(line)) continue
    if (separator.test(line) || signature.test(line)) return ''
    if (quotedHeader.test(line) || quotedHeaderAlone.test(line)) return ''
    const last = endOfAttribution(lines, index)
    if (last !== undefined) {
      const next = lines.slice(last + 1).find((one) => one !== '')
      // Where the quotation is not marked, nobody can tell where it ends.
      if (next === undefined || !isQuoted(next)) return ''
      index = last
      continue
    }
    if (!hasGreeted && greeting.test(line)) {
      hasGreeted = true
      continue
    }
    return line.slice(0, 200)
  }
  return ''
}

const isQuoted = (line: string) => /^[>|›»]/.test(line)

/** The last line of the attribution that begins at a line; undefined where none does. */
function endOfAttribution(lines: readonly string[], from: number): number | undefined {
  let joined = ''
  for (let index = from; index < from + attributionLines && index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line === '' || isQuoted(line)) return undefined
    joined = joined === '' ? line : `${joined} ${line}`
    if (joined.length > 600) return undefined
    if (attribution.test(joined)) return index
    if (!attributionStart.test(joined)) return undefined
  }
  return undefined
}
