/** @jsxImportSource hono/jsx */
import { errorAttributes, FieldError } from './choice-fields.tsx'

/** The form that has a reader's link mailed to them. */
export function MyLinkForm({ email = '', errors = {} }: MyLinkFormProps) {
  return (
    <form method="post" action="/my-link" novalidate>
      <div class="field">
        <label for="email">Email address</label>
        <input
          type="email"
          id="email"
          name="email"
          value={email}
          autocomplete="email"
          required
          {...(errors.email ? { autofocus: true } : {})}
          {...errorAttributes('email', errors)}
        />
        <FieldError name="email" errors={errors} />
      </div>
      <p>
        <button type="submit">Mail me my link</button>
      </p>
    </form>
  )
}

type MyLinkFormProps = { readonly email?: string; readonly errors?: Readonly<Record<string, string>> }
