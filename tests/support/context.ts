import { createHash } from 'node:crypto'
import { fixedClock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Context, JobOptions } from '../../src/platform/context.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { FetchUrlError } from '../../src/platform/fetch-url.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'
import { keptLog } from './kept-log.ts'

export const monday = new Date('2026-11-23T06:00:00Z')

export type TestContext = Context & { readonly clock: ReturnType<typeof fixedClock> }

/** A context whose time stands still at `monday`, whose randomness repeats, and that reaches no network. */
export function testContext(
  db: Database,
  overrides: Partial<Context> & { env?: Record<string, string> } = {},
): TestContext {
  const { env, ...rest } = overrides
  let drawn = 0
  return {
    config: readConfig({ PUBLIC_URL: 'https://digest.example', ...env }),
    db,
    clock: fixedClock(monday),
    log: keptLog,
    keys: signingKeysOf(new Map([['test', new Uint8Array(32).fill(7)]])),
    random: (byteCount) => {
      const bytes = createHash('sha512').update(`test ${drawn++}`).digest()
      if (byteCount > bytes.length) throw new RangeError('the test randomness gives 64 bytes at most')
      return new Uint8Array(bytes.subarray(0, byteCount))
    },
    fetchUrl: async () => {
      throw new FetchUrlError('this test reaches no network')
    },
    ...rest,
  } as TestContext
}

/** Job options for a slot, not to be stopped. */
export const at = (scheduledAt: Date, signal: AbortSignal = new AbortController().signal): JobOptions => ({
  scheduledAt,
  signal,
})
