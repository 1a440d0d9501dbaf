/** @jsxImportSource hono/jsx */
import type { Messages } from '../subscriptions/languages.ts'

/** For who unsubscribed a moment ago, and did not mean to. */
export function UndoForm({ token, words }: { readonly token: string; readonly words: Messages }) {
  return (
    <form method="post" action={`/undo/${token}`}>
      <p>{words.leaving.undoHint}</p>
      <button type="submit" class="second">
        {words.leaving.undo}
      </button>
    </form>
  )
}
