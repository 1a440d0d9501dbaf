/** What one process did in one go. */
export type Measured = {
  /** Readers or mails. */
  readonly count: number
  readonly seconds: number
  /** User and system time of this process. */
  readonly cpuSeconds: number
  /** The largest that the process has been since it started, MB. */
  readonly peakMegabytes: number
}

/** Measures what `act` does; it returns how much that was. */
export async function measure(act: () => Promise<number>): Promise<Measured> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  const count = await act()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  return { count, seconds, cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 }
}

export const perSecond = (goes: readonly Measured[]): number => sum(goes, 'count') / sum(goes, 'seconds')

export const cpuMicrosecondsEach = (goes: readonly Measured[]): number =>
  (sum(goes, 'cpuSeconds') * 1e6) / sum(goes, 'count')

export const peakMegabytes = (goes: readonly Measured[]): number => Math.max(...goes.map((go) => go.peakMegabytes))

export function sum(goes: readonly Measured[], field: 'count' | 'seconds' | 'cpuSeconds'): number {
  return goes.reduce((total, go) => total + go[field], 0)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}
