import { sql } from 'kysely'
import type { Context } from '../context.ts'
import type { Database, InTransaction } from './schema.ts'

/**
 * The context within a transaction that is open: what would open one of its own becomes a part of it, as a savepoint, so
 * that a verb that throws undoes itself alone, and several verbs are done together or not at all.
 */
export function joinTransaction<C extends Context>(context: C, trx: InTransaction): C {
  const transaction = () => ({
    execute: async <T>(work: (joined: InTransaction) => Promise<T>): Promise<T> => {
      await sql`savepoint joined`.execute(trx)
      try {
        const result = await work(trx)
        await sql`release savepoint joined`.execute(trx)
        return result
      } catch (error) {
        await sql`rollback to savepoint joined`.execute(trx)
        throw error
      }
    },
  })
  const db = new Proxy(trx, {
    get(target, name) {
      if (name === 'transaction') return transaction
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as Database
  return { ...context, db }
}
