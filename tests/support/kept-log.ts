// What the suite's contexts log, line by line as it would be printed, so that each test can end with a look at it.
import { createLog, type Log } from '../../src/platform/log.ts'

const lines: string[] = []

export const keptLog: Log = createLog((line) => lines.push(line))

/** An address, also as a URL spells it; a token of a link; a key; a secret. Masked ones are not. */
const secretPattern = /[^\s"[\]]+(?:@|%40)[^\s"[\]]+|[A-Za-z0-9_-]{40,}|\b(?:re|whsec)_[A-Za-z0-9+/=_]{6,}/i

/** The lines that hold what no log may hold; all of them are forgotten. */
export function takeUnfitLines(): string[] {
  return lines.splice(0).filter((line) => secretPattern.test(line))
}
