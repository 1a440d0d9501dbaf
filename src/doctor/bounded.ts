// A check that fails, or takes too long, costs itself only.
import { codeOf } from '../platform/errors.ts'
import type { Log } from '../platform/log.ts'
import { type Finding, notChecked, ok, problem } from './check.ts'

export type Bounds = {
  readonly log: Log
  /** How long each check may take. */
  readonly timeLimitMs?: number
}

const defaultTimeLimitMs = 10_000

/** What a check waits for ends a little before the check is given up, so that nothing is left running. */
export const innerLimitMs = ({ timeLimitMs = defaultTimeLimitMs }: Bounds) => Math.round(timeLimitMs * 0.8)

/** What the check finds, or that it failed. */
export async function bounded(bounds: Bounds, name: string, check: () => Promise<Finding>): Promise<Finding> {
  const timeLimitMs = bounds.timeLimitMs ?? defaultTimeLimitMs
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(unfinished(`no answer in ${timeLimitMs / 1_000} s`)), timeLimitMs)
  })
  const made = Promise.resolve()
    .then(check)
    .catch((error: unknown) => {
      bounds.log.error('check_failed', { check: name, error: error instanceof Error ? error.message : 'unknown' })
      return failureOf(error)
    })
  return Promise.race([made, late]).finally(() => clearTimeout(timer))
}

/** What it comes to, or undefined where it fails or takes too long. */
export async function attempt<T>(bounds: Bounds, name: string, act: () => Promise<T>): Promise<T | undefined> {
  let value: T | undefined
  await bounded(bounds, name, async () => {
    value = await act()
    return ok('')
  })
  return value
}

const statementTimeout = '57014'
const otherTables = new Set(['42P01', '42703', '42883'])
const unfinished = (found: string) => problem(found, 'See what the database is busy with, and its log.')

function failureOf(error: unknown): Finding {
  const code = codeOf(error)
  if (code === statementTimeout) return unfinished('the database did not answer in time')
  if (otherTables.has(code)) return notChecked('the tables are not those of this version')
  return problem('the check failed', 'The log on stderr has the error.')
}
