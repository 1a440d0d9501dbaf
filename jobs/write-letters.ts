import { writeWelcomes } from '../src/digests/write-welcomes.ts'
import type { Context, JobOptions } from '../src/platform/context.ts'
import { writeChangeNotices } from '../src/subscriptions/change-notices.ts'

/** Writes the mails that are owed to single readers: welcomes that could not be written at once, and what was changed of their settings. */
export const writeLettersJob = {
  name: 'write-letters',
  cron: '* * * * *',
  run: async (context: Context, options: JobOptions) => {
    const [welcomes, notices] = [await writeWelcomes(context, options), await writeChangeNotices(context, options)]
    return { ...welcomes, ...notices }
  },
} as const
