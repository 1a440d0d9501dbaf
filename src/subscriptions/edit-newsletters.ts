// What an operator says of newsletters: a new one, what it is called and about, and the language of its stories.
import { sql } from 'kysely'
import type { Context } from '../platform/context.ts'
import type { Database } from '../platform/database/schema.ts'
import { PublicError } from '../platform/errors.ts'
import { cleanText } from '../platform/text.ts'
import type { Newsletter } from './newsletters.ts'

export type ListedNewsletter = Pick<Newsletter, 'slug' | 'name' | 'language' | 'description' | 'created_at'> & {
  /** How many feeds it has. */
  readonly feeds: number
}

export type NewsletterChange = {
  readonly slug?: string | undefined
  readonly name?: string | undefined
  /** A BCP 47 tag. */
  readonly language?: string | undefined
  /** One line, in that language; empty for none. */
  readonly description?: string | undefined
}

/** With `subscribe+` in front it fits into an address (RFC 5321 §4.5.3.1.1). */
const longestSlug = 54
const longestName = 100
const longestLanguage = 35
const longestDescription = 300

/** All newsletters, in the order they were added: the first is the one that is meant where none is named. */
export async function listNewsletters(db: Database): Promise<ListedNewsletter[]> {
  const { rows } = await sql<ListedNewsletter>`
    select slug, name, language, description, created_at, (select count(*) from feeds f where f.newsletter_id = n.id) as feeds
    from newsletters n order by id`.execute(db)
  return rows
}

/** Adds a newsletter, by default in English. Throws `invalid_input`, or `conflict` where there is one with that slug. */
export async function addNewsletter(
  { db, clock }: Context,
  given: NewsletterChange & { readonly slug: string; readonly name: string },
): Promise<Newsletter> {
  const slug = readSlug(given.slug)
  const added = await db
    .insertInto('newsletters')
    .values({
      slug,
      name: readName(given.name),
      language: readLanguage(given.language ?? 'en'),
      description: readDescription(given.description ?? ''),
      created_at: clock.sqlNow,
    })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returningAll()
    .executeTakeFirst()
  return added ?? refuseTaken(slug)
}

/**
 * Changes what is given. What was rendered stays as it is; what waits to be rendered has what is given now. The slug is in
 * addresses and mails that readers have, so it can change only in an installation where nobody has subscribed yet. Throws
 * `invalid_input`, `not_found`, and `conflict` where the slug has to stay, or is another's.
 */
export async function changeNewsletter({ db }: Context, slug: string, given: NewsletterChange): Promise<Newsletter> {
  const change = {
    ...(given.slug !== undefined && { slug: readSlug(given.slug) }),
    ...(given.name !== undefined && { name: readName(given.name) }),
    ...(given.language !== undefined && { language: readLanguage(given.language) }),
    ...(given.description !== undefined && { description: readDescription(given.description) }),
  }
  if (Object.keys(change).length === 0) {
    throw new PublicError(
      'invalid_input',
      'There is nothing to change: give --name, --language, --description or --slug.',
    )
  }
  return db.transaction().execute(async (trx) => {
    // Locked against whoever subscribes meanwhile: the next statements see them.
    const newsletter = await trx
      .selectFrom('newsletters')
      .selectAll()
      .where('slug', '=', slug)
      .forUpdate()
      .executeTakeFirst()
    if (!newsletter) {
      throw new PublicError(
        'not_found',
        'There is no newsletter of that name: newsmatro newsletters list has them all.',
      )
    }
    const { id } = newsletter
    if (change.slug !== undefined && change.slug !== slug) {
      if (await trx.selectFrom('subscriptions').select('id').limit(1).executeTakeFirst()) {
        throw new PublicError(
          'conflict',
          'Its slug has to stay: readers have subscribed, and the links in their mails and what their mailboxes sort by have it. --name changes what they see.',
        )
      }
      const taken = trx.selectFrom('newsletters').select('id').where('slug', '=', change.slug)
      if (await taken.executeTakeFirst()) refuseTaken(change.slug)
    }
    return trx.updateTable('newsletters').set(change).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
  })
}

function refuseTaken(slug: string): never {
  throw new PublicError(
    'conflict',
    `There is a newsletter ${slug} already: newsmatro newsletters set ${slug} changes its name or language.`,
  )
}

function readSlug(text: string): string {
  if (text.length <= longestSlug && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)) return text
  throw invalid(
    'slug',
    `A slug is up to ${longestSlug} of a-z and 0-9, with single hyphens between, like morning-news.`,
  )
}

/** It goes into subjects and headers: one line. */
function readName(text: string): string {
  const name = cleanText(text)
  if (!/\p{Cc}/u.test(text) && /[\p{L}\p{N}]/u.test(name) && name.length <= longestName) return name
  throw invalid(
    'name',
    `A newsletter’s name is one line of up to ${longestName} characters, with a letter or a digit among them.`,
  )
}

function readDescription(text: string): string {
  const description = cleanText(text)
  if (!/\p{Cc}/u.test(text) && description.length <= longestDescription) return description
  throw invalid('description', `A description is one line of up to ${longestDescription} characters; "" is none.`)
}

function readLanguage(text: string): string {
  try {
    // Intl takes words like `german` for languages that are still to be registered.
    if (text.length <= longestLanguage && /^[a-z]{2,3}(?:-|$)/i.test(text)) {
      const [tag] = Intl.getCanonicalLocales(text)
      if (tag !== undefined) return tag
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw invalid('language', 'That is no language tag (BCP 47), like en, de or pt-BR.')
}

const invalid = (field: string, message: string) =>
  new PublicError('invalid_input', message, { fields: { [field]: message } })
