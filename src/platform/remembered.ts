/**
 * What is asked for over and over and takes longer to make than to find: made once for each key. Holds `most` at most, and begins
 * anew when there are more.
 */
export function remembered<Value>(kept: Map<string, Value>, key: string, make: () => Value, most = 2_000): Value {
  const known = kept.get(key)
  if (known !== undefined) return known
  const made = make()
  if (kept.size >= most) kept.clear()
  kept.set(key, made)
  return made
}
