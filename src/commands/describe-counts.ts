/** Counts in a line: `polled 2, failed 0, excluded (nothing_new 1)`. */
export function describeCounts(counts: object): string {
  return Object.entries(counts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => (typeof value === 'object' ? `${name} (${describeCounts(value)})` : `${name} ${value}`))
    .join(', ')
}
