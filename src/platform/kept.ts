// What changes rarely, and takes longer to ask for than all else that a page needs.
import type { Context } from './context.ts'

const keptMs = 60_000

export type Kept<Value> = { readonly at: number; readonly value: Value }

/** What is known is there at once: the page that is asked for most waits for nothing but its one query. */
export type AtOnce<Value> = Value | Promise<Value>

/** What was loaded for the key in the last minute, or is loaded now. */
export function kept<Key, Value>(
  context: Context,
  values: Map<Key, Kept<Value>>,
  key: Key,
  load: () => Promise<Value>,
): AtOnce<Value> {
  const now = context.clock.now().getTime()
  const known = values.get(key)
  if (known && Math.abs(now - known.at) < keptMs) return known.value
  return load().then((value) => {
    values.set(key, { at: now, value })
    return value
  })
}
