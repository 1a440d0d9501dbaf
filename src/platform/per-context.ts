import type { Context } from './context.ts'

/** A map for each context, or for what contexts have in common: made when it is first asked for, forgotten with it. */
export function perContext<Key, Value>(): (context: Context) => Map<Key, Value> {
  const maps = new WeakMap<object, Map<Key, Value>>()
  return (context) => {
    const holder = context.memory ?? context
    const map = maps.get(holder) ?? new Map<Key, Value>()
    maps.set(holder, map)
    return map
  }
}
