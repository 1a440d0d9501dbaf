/** A length of time for people: `40 s`, `12 min`, `5 h`, `3 days`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

/** A count for people, with its noun: `1 feed`, `2 feeds`, `3 batches`. From `most` on only that there are more. */
export function counted(count: number, noun: string, most = Number.POSITIVE_INFINITY): string {
  const plural = /(?:ch|sh|s)$/.test(noun) ? `${noun}es` : `${noun}s`
  const shown = (value: number) => value.toLocaleString('en')
  return count > most ? `more than ${shown(most)} ${plural}` : `${shown(count)} ${count === 1 ? noun : plural}`
}

/** The first few of a list, and that there are more. */
export function some(list: readonly (string | number)[], most = 5): string {
  return list.length > most ? `${list.slice(0, most).join(', ')} and ${list.length - most} more` : list.join(', ')
}
