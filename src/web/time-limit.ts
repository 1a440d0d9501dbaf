import type { MiddlewareHandler } from 'hono'
import { PublicError } from '../platform/errors.ts'

/** Answers after so many milliseconds at the latest. What goes on behind is left to the limits of its own. */
export function timeLimit(ms: number): MiddlewareHandler {
  return async (_c, next) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const message =
          'That took too long. It may have been done all the same: look again in a minute, then try again.'
        reject(new PublicError('unavailable', message))
      }, ms)
    })
    try {
      await Promise.race([next(), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
