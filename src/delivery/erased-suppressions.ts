// Suppressions of readers who were erased. Their address must not be kept, and must not be mailed either: a keyed hash of
// it stays. All checks go by the plain list, so whatever brings an address into the service asks here first.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { InTransaction, SuppressionReason } from '../platform/database/schema.ts'
import { toHex } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { keyedHash } from '../platform/signed-token.ts'
import { suppressionReasons } from './suppress.ts'

/** Keeps from a suppression no more than the hash of its address; of several for one address the strongest. */
export async function storeErasedSuppression(
  trx: InTransaction,
  context: Pick<Context, 'keys'>,
  addressKey: string,
  reason: SuppressionReason,
  createdAt: Date,
): Promise<void> {
  const { keys } = context
  await sql`
    insert into erased_suppressions (address_hash, key_id, reason, created_at)
    values (${keyedHash(keys, keys.newestId, 'address', addressKey)}, ${keys.newestId}, ${reason}, ${createdAt})
    on conflict (address_hash) do update set reason = excluded.reason, created_at = excluded.created_at
    where array_position(${suppressionReasons}::text[], erased_suppressions.reason) < array_position(${suppressionReasons}::text[], excluded.reason)`.execute(
    trx,
  )
}

/** Keeps of the suppressions of these addresses (keys) no more than hashes. */
export async function forgetSuppressedAddresses(
  trx: InTransaction,
  context: Pick<Context, 'keys'>,
  addressKeys: readonly string[],
): Promise<void> {
  const { rows } = await sql<{ email_key: string; reason: SuppressionReason; created_at: Date }>`
    delete from suppressions where email_key = any(${addressKeys}::text[])
    returning email_key, reason, created_at`.execute(trx)
  for (const { email_key, reason, created_at } of rows) {
    await storeErasedSuppression(trx, context, email_key, reason, created_at)
  }
}

/**
 * Puts addresses that the service is given (keys) back onto the list where they were suppressed and erased. To be called in
 * the transaction that stores them, before suppressions are looked at. Throws when it cannot be told, because the hashes
 * rest on a signing key that is not there: then nothing may be stored, let alone mailed.
 */
export async function recallSuppressions(
  trx: InTransaction,
  context: Pick<Context, 'keys' | 'log'>,
  addressKeys: readonly string[],
): Promise<void> {
  const { keys } = context
  const used = await hashKeyIds(trx)
  if (used.length === 0) return
  const missing = used.find((keyId) => keys.get(keyId) === undefined)
  if (missing !== undefined) {
    context.log.error('signing_key_missing', {
      key: missing,
      remedy: 'put it back into SIGNING_KEYS, behind the newest',
    })
    throw new PublicError('unavailable', 'No address can be taken at the moment; the log of the service says why.')
  }
  const hashes = addressKeys.flatMap((addressKey) =>
    used.map((keyId) => ({ addressKey, hash: toHex(keyedHash(keys, keyId, 'address', addressKey)) })),
  )
  await sql`
    with given as (
      select decode(hash, 'hex') as address_hash, email_key
      from unnest(${hashes.map(({ hash }) => hash)}::text[], ${hashes.map(({ addressKey }) => addressKey)}::text[])
        as given (hash, email_key)
    ), recalled as (
      delete from erased_suppressions e using given where e.address_hash = given.address_hash
      returning given.email_key, e.reason, e.created_at
    )
    insert into suppressions (email_key, reason, created_at)
    select distinct on (email_key) email_key, reason, created_at from recalled
    order by email_key, array_position(${suppressionReasons}::text[], reason) desc, created_at
    on conflict (email_key) do nothing`.execute(trx)
}

/** The ids of the signing keys that hashes rest on. */
export async function hashKeyIds(trx: InTransaction): Promise<string[]> {
  // From key to key over the index: there are few, however many hashes there are.
  const { rows } = await sql<{ key_id: string }>`
    with recursive used as (
      (select key_id from erased_suppressions order by key_id limit 1)
      union all
      select (select e.key_id from erased_suppressions e where e.key_id > used.key_id order by e.key_id limit 1)
      from used where used.key_id is not null
    )
    select key_id from used where key_id is not null`.execute(trx)
  return rows.map(({ key_id }) => key_id)
}
