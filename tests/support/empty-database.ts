import { sql } from 'kysely'
import type { Database } from '../../src/platform/database/schema.ts'

/**
 * Empties every table but that of the migrations, and leaves the one newsletter of a new installation. Only what was used: to
 * truncate all tables takes longer than most tests do. What refers to another table is emptied before it.
 */
export async function emptyDatabase(db: Database): Promise<void> {
  await sql`
    do $$ declare one record; is_used boolean; begin
      for one in
        with recursive tables as (
          select c.oid, c.oid::regclass as name,
            exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as is_guarded
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname in ('public', 'sandbox') and c.relname not like 'kysely_%'
        ), levels as (
          select oid, 0 as level from tables
          union
          select k.confrelid, level + 1 from levels join pg_constraint k on k.conrelid = levels.oid
          where k.contype = 'f' and k.confrelid <> k.conrelid
        )
        select name, is_guarded from tables order by (select max(level) from levels where levels.oid = tables.oid)
      loop
        execute format('select exists (select from %s)', one.name) into is_used;
        if is_used and one.is_guarded then execute format('truncate %s', one.name);
        elsif is_used then execute format('delete from %s', one.name);
        end if;
      end loop;
      perform setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
      from pg_sequences where schemaname in ('public', 'sandbox') and last_value is not null;
    end $$`.execute(db)
  await addNewsletter(db)
}

/** The same, where there may be millions of rows. */
export async function truncateDatabase(db: Database): Promise<void> {
  const { rows } = await sql<{ names: string }>`
    select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables
    where schemaname in ('public', 'sandbox') and tablename not like 'kysely_%'`.execute(db)
  for (const { names } of rows) await sql.raw(`truncate ${names} restart identity cascade`).execute(db)
  await addNewsletter(db)
}

const addNewsletter = (db: Database) =>
  db.insertInto('newsletters').values({ slug: 'newsmatro', name: 'Newsmatro' }).execute()
