// A mail rendered once for many: fixed text with slots where readers differ. What is stored is all that a retry is made
// of, so a deploy between two tries changes no byte.
import type { InTransaction } from '../platform/database/schema.ts'
import { sha256, toHex, utf8 } from '../platform/encoding.ts'

/** What differs from reader to reader. */
const slotNames = [
  'unsubscribeToken',
  'preferencesToken',
  'confirmationToken',
  'confirmedOn',
  'firstDigest',
  // In addresses that readers write to.
  'unsubscribeMailToken',
  'replyMailToken',
  'confirmMailToken',
  // Of the mail that is answered.
  'inReplyTo',
  'references',
] as const
export type SlotName = (typeof slotNames)[number]
export type SlotValues = Partial<Record<SlotName, string>>

/** Text pieces in order; a one-element array is a slot. */
type Pieces = readonly (string | readonly [SlotName])[]

/** How a mail's language writes days: by the month, with `{day}` and `{year}` in it, and its digits from 0 on. */
export type WrittenDays = { readonly months: readonly string[]; readonly digits: string }

/** One mail, its personal parts being markers from {@link slotMarkers}. */
export type MarkedMail = {
  readonly from: string
  readonly replyTo: string
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
  /** Where a day is one of its personal parts. */
  readonly days?: WrittenDays
}

export type MailTemplate = {
  readonly from: string
  /** A text where it is the same for all. */
  readonly replyTo: string | Pieces
  readonly subject: string
  readonly html: Pieces
  readonly text: Pieces
  readonly headers: readonly (readonly [name: string, value: Pieces])[]
  /** Kept with it, as runtimes do not write days alike, and a retry has to be the same mail. */
  readonly days?: WrittenDays
}

/** A string as JSON has it, quotes and all: `JSON.stringify` takes it over as it is. */
export type JsonText = { readonly rawJSON: string }

/** A text that is put together when `JSON.stringify` comes to it: a batch holds its hundred mails once, not twice. */
export type LateText = { toJSON(): JsonText }

declare global {
  interface JSON {
    rawJSON(text: string): JsonText
  }
}

/** What the provider is given for one message. Built from nothing but the arguments of {@link fillTemplate}. */
export type MailPayload = {
  readonly from: JsonText
  readonly to: string[]
  readonly replyTo: JsonText | LateText
  readonly subject: JsonText
  readonly html: LateText
  readonly text: LateText
  readonly headers: Record<string, string>
  readonly tags: { name: string; value: string }[]
}

export type SlotMarkers = Readonly<Record<SlotName, string>> & { readonly pattern: RegExp }

/**
 * Markers to render with. They hold a random number, so that no article can name a slot and have a reader's own link put
 * into its text.
 */
export function slotMarkers(random: (byteCount: number) => Uint8Array): SlotMarkers {
  const nonce = toHex(random(16))
  const marker = (name: SlotName) => `slot${nonce}${name}end`
  const markers = Object.fromEntries(slotNames.map((name) => [name, marker(name)])) as Record<SlotName, string>
  return { ...markers, pattern: new RegExp(`slot${nonce}(${slotNames.join('|')})end`) }
}

/** Cuts a rendered mail at its markers. */
export function toTemplate(mail: MarkedMail, markers: SlotMarkers): MailTemplate {
  const pieces = (text: string) => cut(text, markers.pattern)
  return {
    from: mail.from,
    replyTo: markers.pattern.test(mail.replyTo) ? pieces(mail.replyTo) : mail.replyTo,
    subject: mail.subject,
    html: pieces(mail.html),
    text: pieces(mail.text),
    headers: Object.entries(mail.headers).map(([name, value]) => [name, pieces(value)] as const),
    ...(mail.days && { days: mail.days }),
  }
}

/** A day as `YYYY-MM-DD`, as the mail's language writes it. */
export function filledDay(day: string, { months, digits }: WrittenDays): string {
  const [year = '', month, date] = day.split('-')
  const written = (number: string) => number.replace(/\d/g, (digit) => digits[Number(digit)] ?? digit)
  const pattern = months[Number(month) - 1] ?? day
  return pattern.replace('{day}', written(String(Number(date)))).replace('{year}', written(year))
}

function cut(text: string, pattern: RegExp): Pieces {
  // split with a capturing group: text, slot name, text, slot name, …, text
  return text
    .split(pattern)
    .map((piece, index) => (index % 2 === 1 ? ([piece as SlotName] as const) : piece))
    .filter((piece) => piece !== '')
}

/** The mail for one reader. Throws when a slot has no value: a mail with a dead link must not go out. */
export function fillTemplate(template: MailTemplate, to: string, messageId: number, given: SlotValues): MailPayload {
  const { days } = template
  const values = days && given.confirmedOn ? { ...given, confirmedOn: filledDay(given.confirmedOn, days) } : given
  const { from, replyTo, subject, html, text, slots } = escaped(template)
  const late = (pieces: Pieces): LateText => ({
    toJSON: () => JSON.rawJSON(`"${fill(pieces, values, escapeForJson)}"`),
  })
  for (const slot of slots) if (values[slot] === undefined) throw new Error(`no value for the slot ${slot}`)
  return {
    from,
    to: [to],
    replyTo: isPieces(replyTo) ? late(replyTo) : replyTo,
    subject,
    html: late(html),
    text: late(text),
    headers: Object.fromEntries(template.headers.map(([name, value]) => [name, fill(value, values)])),
    tags: [{ name: 'message', value: String(messageId) }],
  }
}

function fill(pieces: Pieces, values: SlotValues, encode = (value: string) => value): string {
  let text = ''
  for (const piece of pieces) text += typeof piece === 'string' ? piece : encode(values[piece[0]] ?? '')
  return text
}

type Escaped = Pick<MailPayload, 'from' | 'subject'> & {
  readonly replyTo: JsonText | Pieces
  readonly html: Pieces
  readonly text: Pieces
  /** All that the mail has. */
  readonly slots: ReadonlySet<SlotName>
}
const isPieces = (replyTo: JsonText | Pieces): replyTo is Pieces => Array.isArray(replyTo)
const escapedTemplates = new WeakMap<MailTemplate, Escaped>()

/** Escaping all of a mail costs more than all else that is done for a reader, so it is done once for a template. */
function escaped(template: MailTemplate): Escaped {
  let done = escapedTemplates.get(template)
  if (!done) {
    const whole = (text: string) => JSON.rawJSON(`"${narrow(escapeForJson(text))}"`)
    const inPieces = (pieces: Pieces) =>
      pieces.map((piece) => (typeof piece === 'string' ? narrow(escapeForJson(piece)) : piece))
    const { replyTo } = template
    const all = [template.html, template.text, replyTo, ...template.headers.map(([, value]) => value)].flat()
    done = {
      slots: new Set(all.flatMap((piece) => (typeof piece === 'string' ? [] : piece))),
      from: whole(template.from),
      replyTo: typeof replyTo === 'string' ? whole(replyTo) : inPieces(replyTo),
      subject: whole(template.subject),
      html: inPieces(template.html),
      text: inPieces(template.text),
    }
    escapedTemplates.set(template, done)
  }
  return done
}

const beyondAscii = /[\u007f-\uffff]/g

/** What stands between the quotes in JSON, in ASCII: one wider character anywhere doubles all that it becomes part of. */
function escapeForJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(beyondAscii, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A string that was made of a wider one stays wide; decoding it anew makes it narrow. */
const narrow = (text: string): string => new TextDecoder().decode(utf8.encode(text))

/** Stores a template, or finds the same one. Returns the id of its rendering. */
export async function storeRendering(trx: InTransaction, template: MailTemplate, now: Date): Promise<number> {
  const json = JSON.stringify(template)
  const content_hash = toHex(await sha256(json))
  await trx
    .insertInto('renderings')
    .values({ content_hash, template: json, created_at: now })
    .onConflict((conflict) => conflict.column('content_hash').doNothing())
    .execute()
  const row = await trx
    .selectFrom('renderings')
    .select('id')
    .where('content_hash', '=', content_hash)
    .executeTakeFirstOrThrow()
  return row.id
}
