import { writeWelcomes } from '../src/digests/write-welcomes.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'
import { writeChangeNotices } from '../src/subscriptions/change-notices.ts'

/** Writes the mails that are owed to single readers: welcomes that could not be written at once, and what was changed of their settings. Neither stops the other. */
export const writeLettersJob = {
  name: 'write-letters',
  cron: '* * * * *',
  run: async (context: Context, options: JobOptions) => {
    const failures: unknown[] = []
    const attempt = async <Counts extends object>(write: Promise<Counts>): Promise<Counts | undefined> =>
      write.catch((error) => {
        failures.push(error)
        return undefined
      })
    const welcomes = await attempt(writeWelcomes(context, options))
    const notices = await attempt(writeChangeNotices(context, options))
    if (failures.length > 0) throw failures[0]
    return { ...welcomes, ...notices }
  },
} as const
