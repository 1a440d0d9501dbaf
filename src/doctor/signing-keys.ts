// What the links in mails are signed with.
import { sql } from 'kysely'
import { hashKeyIds } from '../delivery/erased-suppressions.ts'
import { ok, problem, type RowCheck } from './check.ts'
import { counted, some } from './words.ts'

const most = 1_000

export const signingKeysCheck: RowCheck = {
  name: 'signing-keys',
  since: '2026-11-29-preference-center',
  async look({ config }, trx) {
    const { rows: stored } = await sql<{
      key_id: string
    }>`select key_id from signing_keys order by created_at desc`.execute(trx)
    const given = config.signingKeys ? [...config.signingKeys.ids] : undefined
    const ids = given ?? stored.map(({ key_id }) => key_id)
    if (ids.length === 0) return ok('none yet: the first start makes one, kept in the database')
    // Confirmations carry the key that they were asked for with. Others may have it: keys are rolled out one by one.
    const { rows } = await sql<{ key_id: string }>`
      select distinct key_id from (
        select key_id from messages where state = 'pending' and kind <> 'digest' order by id limit ${most}) as waiting
      where key_id <> all(${ids}::text[])`.execute(trx)
    if (rows.length > 0) {
      return problem(
        `mail waits that is signed with keys not given here: ${some(rows.map(({ key_id }) => key_id))}`,
        'Put them back into SIGNING_KEYS, behind the newest: links in mails that readers have depend on them, too.',
      )
    }
    const missing = (await hashKeyIds(trx)).filter((keyId) => !ids.includes(keyId))
    if (missing.length > 0) {
      return problem(
        `suppressions of erased readers rest on keys not given here: ${some(missing)}`,
        'Put them back into SIGNING_KEYS, behind the newest: until then nobody can subscribe, since it cannot be told who must not be mailed.',
      )
    }
    return ok(given ? `SIGNING_KEYS has ${counted(ids.length, 'key')}, ${ids[0]} the newest` : 'kept in the database')
  },
}
