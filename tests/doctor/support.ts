import { type ExamineOptions, examine } from '../../src/doctor/examine.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import type { Database } from '../../src/platform/database/schema.ts'
import { silentLog } from '../../src/platform/log.ts'
import { monday } from '../support/context.ts'

/** The time of the rows is `monday`, whatever the real one is. */
export async function examined(db: Database, options: Partial<ExamineOptions> = {}) {
  const examination = await examine({
    environment: {},
    clock: fixedClock(monday),
    log: silentLog,
    sandboxKey: 're_sandbox',
    open: async () => db,
    ...options,
  })
  return {
    ...examination,
    of(name: string) {
      const check = examination.checks.find((one) => one.name === name)
      if (!check) throw new Error(`there is no check ${name}`)
      return check
    },
  }
}

export const ago = (seconds: number) => new Date(monday.getTime() - seconds * 1_000)
export const minutes = 60
export const hours = 3_600
export const days = 86_400
