// Resend as its documentation describes it, without a network: keys for 24 hours, permissive batches, refused addresses.
// A test holds it to answer as the sandbox does. It remembers everything, so it is also the witness of what was accepted.
import { createHash } from 'node:crypto'
import { Violation } from './history.ts'

export type Accepted = {
  readonly id: string
  readonly to: string
  /** The id of the message, as the mail's tag has it. */
  readonly message: number
  readonly at: number
  readonly key: string
  readonly html: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export type Call = {
  readonly endpoint: 'emails' | 'emails/batch'
  readonly key: string
  readonly body: string
  readonly isPermissive: boolean
}

export type Answer = { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }

type Mail = {
  to: string[]
  subject: string
  html: string
  text: string
  headers: Record<string, string>
  tags: { name: string; value: string }[]
}

const keptMs = 24 * 3_600_000
const addressPattern = /^[^\s<>@]+@[^\s<>@]+\.[^\s<>@.]+$/

export class ResendModel {
  readonly accepted: Accepted[] = []
  /** Every key ever seen, with the first body and the time of the first call. */
  readonly keys = new Map<string, { readonly bodyHash: string; readonly firstCalledAt: number }>()
  private readonly answers = new Map<string, { bodyHash: string; at: number; answer: Answer }>()
  private readonly newId: () => string

  constructor(newId: () => string) {
    this.newId = newId
  }

  /** Notes a call that was made, whether or not it is answered. */
  witness(call: Call, now: number): { isFirst: boolean } {
    const bodyHash = hash(call.body)
    const known = this.keys.get(call.key)
    if (!known) {
      this.keys.set(call.key, { bodyHash, firstCalledAt: now })
      return { isFirst: true }
    }
    if (known.bodyHash !== bodyHash) {
      throw new Violation('1 once', `the key ${call.key} was used again with other bytes`)
    }
    return { isFirst: false }
  }

  handle(call: Call, now: number): Answer {
    const bodyHash = hash(call.body)
    const slot = `${call.endpoint} ${call.key}`
    const earlier = this.answers.get(slot)
    if (earlier && earlier.at > now - keptMs) {
      if (earlier.bodyHash === bodyHash) return earlier.answer
      return refusal(409, 'invalid_idempotent_request', 'This key was used with another payload.')
    }
    const answer = this.accept(call, now)
    if (answer.status === 200) this.answers.set(slot, { bodyHash, at: now, answer })
    return answer
  }

  private accept(call: Call, now: number): Answer {
    const parsed: unknown = JSON.parse(call.body)
    const mails = (Array.isArray(parsed) ? parsed : [parsed]) as Mail[]
    const errors = mails.flatMap((mail, index) =>
      mail.to.every((address) => addressPattern.test(address))
        ? []
        : [{ index, message: 'Invalid `to` field. The email address needs to follow a format.' }],
    )
    const [first] = errors
    if (first && !(call.endpoint === 'emails/batch' && call.isPermissive)) {
      return refusal(422, 'validation_error', first.message)
    }
    const refused = new Set(errors.map(({ index }) => index))
    const data = mails.flatMap((mail, index) => (refused.has(index) ? [] : [{ id: this.store(mail, call.key, now) }]))
    if (call.endpoint === 'emails') return { status: 200, body: data[0] }
    return { status: 200, body: call.isPermissive ? { data, errors } : { data } }
  }

  private store(mail: Mail, key: string, now: number): string {
    const id = this.newId()
    const message = Number(mail.tags.find((tag) => tag.name === 'message')?.value)
    if (this.accepted.some((one) => one.message === message)) {
      throw new Violation('1 once', `a second mail is accepted for message ${message}`)
    }
    this.accepted.push({
      id,
      to: mail.to.join(),
      message,
      at: now,
      key,
      html: mail.html,
      text: mail.text,
      headers: mail.headers,
    })
    return id
  }
}

export function refusal(status: number, name: string, message: string, headers: Record<string, string> = {}): Answer {
  return { status, body: { statusCode: status, name, message }, headers }
}

/** The mails of a call, and the messages they are. */
export function mailsOf(call: Call): { to: string; message: number; subject: string; text: string; html: string }[] {
  const parsed: unknown = JSON.parse(call.body)
  return ((Array.isArray(parsed) ? parsed : [parsed]) as Mail[]).map((mail) => ({
    ...mail,
    to: mail.to.join(),
    message: Number(mail.tags.find((tag) => tag.name === 'message')?.value),
  }))
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64')
