/** @jsxImportSource hono/jsx */
import { undoHours } from '../subscriptions/unsubscribe.ts'

/** For who unsubscribed a moment ago, and did not mean to. */
export function UndoForm({ token }: { readonly token: string }) {
  return (
    <form method="post" action={`/undo/${token}`}>
      <p>Was that a slip? For {undoHours} hours this brings it back as it was.</p>
      <button type="submit" class="second">
        Undo: keep sending it
      </button>
    </form>
  )
}
