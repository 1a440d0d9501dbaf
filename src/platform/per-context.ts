import type { Context } from './context.ts'

/** A map for each context: made when it is first asked for, forgotten with the context. */
export function perContext<Key, Value>(): (context: Context) => Map<Key, Value> {
  const maps = new WeakMap<Context, Map<Key, Value>>()
  return (context) => {
    const map = maps.get(context) ?? new Map<Key, Value>()
    maps.set(context, map)
    return map
  }
}
