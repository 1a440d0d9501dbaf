/** @jsxImportSource hono/jsx */
import { PublicError } from '../platform/errors.ts'
import type { Messages } from '../subscriptions/languages.ts'
import { errorAttributes, FieldError } from './choice-fields.tsx'
import { fieldsInWords } from './problem-words.ts'

type AddressFormProps = {
  /** Where it is sent. */
  readonly action: string
  readonly label: string
  readonly button: string
  readonly typed?: TypedAddress | undefined
  readonly words: Messages
}

export type TypedAddress = { readonly email: string; readonly errors: Readonly<Record<string, string>> }

/** A form of one address, with what was typed before and what was wrong with it. */
export function AddressForm({ action, label, button, typed, words }: AddressFormProps) {
  const errors = fieldsInWords(words, typed?.errors ?? {})
  return (
    <form method="post" action={action} novalidate>
      <div class="field">
        <label for="email">{label}</label>
        <input
          type="email"
          id="email"
          name="email"
          dir="ltr"
          value={typed?.email ?? ''}
          autocomplete="email"
          required
          {...(errors.email ? { autofocus: true } : {})}
          {...errorAttributes('email', errors)}
        />
        <FieldError name="email" errors={errors} />
      </div>
      <p>
        <button type="submit">{button}</button>
      </p>
    </form>
  )
}

/** The form that has a reader's link mailed to them. */
export function MyLinkForm(props: Pick<AddressFormProps, 'action' | 'typed' | 'words'>) {
  const { page, link } = props.words
  return <AddressForm {...props} label={page.emailAddress} button={link.mailMe} />
}

/** What was typed into an address form, where it was refused; any other error is thrown on. */
export function refusedAddress(error: unknown, body: Record<string, unknown>): TypedAddress {
  if (!(error instanceof PublicError) || error.code !== 'invalid_input') throw error
  return { email: typeof body.email === 'string' ? body.email.slice(0, 320) : '', errors: error.fields }
}
