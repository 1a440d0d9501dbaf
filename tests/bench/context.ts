import { randomBytes } from 'node:crypto'
import { systemClock } from '../../src/platform/clock.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Context } from '../../src/platform/context.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { createLog } from '../../src/platform/log.ts'
import { signingKeysOf } from '../../src/platform/signing-keys.ts'

export const benchKeys = signingKeysOf(new Map([['bench', new Uint8Array(32).fill(7)]]))

/** The service as it runs, with the sink as its provider. */
export function contextOn(db: Database, sinkUrl: string): Context {
  return {
    config: readConfig({
      RESEND_API_KEY: 're_bench',
      RESEND_BASE_URL: sinkUrl,
      // Every reader of a bench signs up within a minute.
      CONFIRMATIONS_PER_HOUR: '999999',
    }),
    db,
    clock: systemClock,
    log: createLog((line) => process.stderr.write(`${line}\n`)),
    keys: benchKeys,
    random: (byteCount) => new Uint8Array(randomBytes(byteCount)),
    fetchUrl: () => Promise.reject(new Error('nothing is fetched here')),
  }
}
