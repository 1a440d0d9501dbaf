/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { z } from 'zod'
import { type ArchiveTopic, archiveTopics, dateLine, findPublicDigests, type PublicDigest } from '../digests/archive.ts'
import type { Context } from '../platform/context.ts'
import { PublicError } from '../platform/errors.ts'
import { getNewsletter, type Newsletter, newslettersByName } from '../subscriptions/newsletters.ts'
import { type Spoken, spokenTo } from './asked-language.ts'
import { errorAttributes, FieldError } from './choice-fields.tsx'
import { digestPath } from './digest-page.tsx'
import { pageHead } from './page-head.ts'
import { fieldsInWords } from './problem-words.ts'
import { check, newsletterSlug, speaksJson } from './read-input.ts'
import { page } from './reply.tsx'
import { frontOf, siteOf } from './site.ts'

const digestsOnPage = 20
const fields = ['newsletter', 'q', 'topic', 'from', 'to', 'before'] as const
type Asked = Partial<Record<(typeof fields)[number], string>>

// There is no year 0, says PostgreSQL.
const day = z.iso.date('Choose a day, like 2027-01-31.').refine((text) => !text.startsWith('0000'), 'Choose a day.')
const noSuchPage = 'This page of the archive is not there. Begin with the newest.'

const archiveSchema = z.object({
  newsletter: newsletterSlug.optional(),
  q: z.string().max(100, 'Search for 100 characters at most.').optional(),
  topic: z.string().max(100, 'There is no such topic.').optional(),
  from: day.optional(),
  to: day.optional(),
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d\.[1-9]\d{0,14}$/, noSuchPage)
    .refine((text) => day.safeParse(text.slice(0, 10)).success, noSuchPage)
    .transform((text) => ({ editionDate: text.slice(0, 10), digestId: Number(text.slice(11)) }))
    .optional(),
})

/** The list of public digests, as far as it was asked for. Throws `invalid_input` to a program; a person gets the form again. */
export async function archivePage(c: HonoContext, context: Context) {
  const asked: Asked = {}
  for (const name of fields) {
    const text = c.req.query(name)?.toWellFormed().replaceAll('\0', '').trim()
    if (text) asked[name] = text
  }
  let digests: readonly PublicDigest[] = []
  let newsletter: Newsletter | undefined
  let errors: Readonly<Record<string, string>> = {}
  try {
    const { newsletter: slug, q: words, before: after, ...filter } = check(archiveSchema, asked)
    if (filter.from && filter.to && filter.from > filter.to) {
      const message = 'The last day is before the first.'
      throw new PublicError('invalid_input', message, { fields: { to: message } })
    }
    newsletter = slug === undefined ? undefined : await getNewsletter(context.db, slug)
    digests = await findPublicDigests(
      context,
      { ...filter, newsletterId: newsletter?.id, words, after },
      digestsOnPage + 1,
    )
  } catch (error) {
    if (speaksJson(c) || !(error instanceof PublicError) || error.code !== 'invalid_input') throw error
    errors = error.fields
  }
  const isRefused = Object.keys(errors).length > 0
  const newsletters = await newslettersByName(context)
  const site = await siteOf(context)
  const siteName = newsletter?.name ?? site.name
  const front = newsletter ? await frontOf(context, newsletter) : '/'
  const spoken = spokenTo(c, newsletter?.language ?? site.language)
  const { words, speaking, to } = spoken
  const say = words.site.archive
  const topics = await archiveTopics(context, newsletter?.id)
  const shown = digests.slice(0, digestsOnPage)
  const last = digests.length > digestsOnPage ? shown.at(-1) : undefined
  const title = isRefused ? words.refusals.invalid_input : words.page.archive
  const description = say.description({ newsletter: siteName })
  const path = pathOf(asked)
  return page(
    c,
    context,
    {
      ...speaking,
      path,
      title,
      status: isRefused ? 422 : 200,
      newsletterName: siteName,
      front,
      head: pageHead(context.config, { title: words.page.archive, siteName, description, path, speaking, words }),
    },
    <>
      <h1>{words.page.archive}</h1>
      <p>
        {say.intro} <a href={to(front)}>{say.mailMe}</a> · <a href="/archive/feed.xml">{say.follow}</a>
      </p>
      <SearchForm
        asked={asked}
        errors={fieldsInWords(words, errors)}
        newsletters={newsletters}
        topics={topics}
        spoken={spoken}
      />
      {!isRefused && <Found asked={asked} digests={shown} isOne={newsletters.length === 1} spoken={spoken} />}
      {(last || asked.before) && (
        <nav class="pages on-screen" aria-label={say.pages}>
          {asked.before && <a href={to(pathOf({ ...asked, before: '' }))}>{say.newest}</a>}
          {last && (
            <a rel="next" href={to(pathOf({ ...asked, before: `${last.editionDate}.${last.digestId}` }))}>
              {say.earlier}
            </a>
          )}
        </nav>
      )}
    </>,
  )
}

function pathOf(asked: Asked): string {
  const query = new URLSearchParams()
  for (const name of fields) if (asked[name]) query.set(name, asked[name])
  return query.size === 0 ? '/archive' : `/archive?${query}`
}

type FoundProps = {
  readonly asked: Asked
  readonly digests: readonly PublicDigest[]
  readonly isOne: boolean
  readonly spoken: Spoken
}

/** The stories are in the language of their newsletter, whatever is around them. */
function Found({ asked, digests, isOne, spoken }: FoundProps) {
  const say = spoken.words.site.archive
  const marked = ({ language }: PublicDigest) => (language === spoken.language ? {} : { lang: language })
  const isNarrowed = asked.q || asked.topic || asked.from || asked.to
  if (digests.length === 0) {
    return (
      <p class="note" role="status">
        {isNarrowed ? (
          <>
            {say.nothingFound} <a href={spoken.to('/archive')}>{say.showAll}</a>
          </>
        ) : (
          say.nothingYet
        )}
      </p>
    )
  }
  return (
    <ol class="digests">
      {digests.map((digest) => (
        <li>
          <p class="topic">
            <time datetime={digest.editionDate}>{dateLine(digest.editionDate, spoken.language)}</time>
            {!isOne && (
              <>
                {' · '}
                <bdi {...marked(digest)}>{digest.newsletterName}</bdi>
              </>
            )}
          </p>
          <h2 {...marked(digest)} dir="auto">
            <a href={spoken.to(digestPath(digest.digestId))}>{digest.edition.lead.title}</a>
          </h2>
          <p class="quiet" {...marked(digest)} dir="auto">
            {digest.edition.introPieces.map(({ text, isTold }) =>
              isTold || digest.words.lang === undefined ? text : <span lang={digest.words.lang}>{text}</span>,
            )}
          </p>
        </li>
      ))}
    </ol>
  )
}

type SearchProps = {
  readonly asked: Asked
  readonly errors: Readonly<Record<string, string>>
  readonly newsletters: readonly { readonly slug: string; readonly name: string }[]
  readonly topics: readonly ArchiveTopic[]
  readonly spoken: Spoken
}

function SearchForm({ asked, errors, newsletters, topics, spoken }: SearchProps) {
  const say = spoken.words.site.archive
  const { before, ...fieldErrors } = errors
  const isOffered = topics.some(({ slug }) => slug === asked.topic)
  return (
    <search class="on-screen">
      <form class="search" method="get" action="/archive" novalidate>
        {spoken.speaking.isNamed && <input type="hidden" name="language" value={spoken.language} />}
        {before && (
          <div class="note" role="alert">
            <p>{before}</p>
          </div>
        )}
        <div class="row">
          <div class="field">
            <label for="q">{say.words}</label>
            <input
              type="search"
              id="q"
              name="q"
              dir="auto"
              value={asked.q ?? ''}
              {...errorAttributes('q', fieldErrors)}
            />
            <FieldError name="q" errors={fieldErrors} />
          </div>
          <div class="field">
            <label for="topic">{say.topic}</label>
            <select id="topic" name="topic" {...errorAttributes('topic', fieldErrors)}>
              <option value="">{say.all}</option>
              {asked.topic && !isOffered && (
                <option value={asked.topic} selected>
                  {asked.topic}
                </option>
              )}
              {topics.map(({ slug, name }) => (
                <option value={slug} selected={slug === asked.topic}>
                  {name}
                </option>
              ))}
            </select>
            <FieldError name="topic" errors={fieldErrors} />
          </div>
          {(newsletters.length > 1 || fieldErrors.newsletter) && (
            <div class="field">
              <label for="newsletter">{say.newsletter}</label>
              <select id="newsletter" name="newsletter" {...errorAttributes('newsletter', fieldErrors)}>
                <option value="">{say.all}</option>
                {newsletters.map(({ slug, name }) => (
                  <option value={slug} selected={slug === asked.newsletter}>
                    {name}
                  </option>
                ))}
              </select>
              <FieldError name="newsletter" errors={fieldErrors} />
            </div>
          )}
        </div>
        <div class="row">
          <div class="field">
            <label for="from">{say.from}</label>
            <input
              type="date"
              id="from"
              name="from"
              value={asked.from ?? ''}
              {...errorAttributes('from', fieldErrors)}
            />
            <FieldError name="from" errors={fieldErrors} />
          </div>
          <div class="field">
            <label for="to">{say.to}</label>
            <input type="date" id="to" name="to" value={asked.to ?? ''} {...errorAttributes('to', fieldErrors)} />
            <FieldError name="to" errors={fieldErrors} />
          </div>
          <p class="field button">
            <button type="submit" class="second">
              {say.search}
            </button>
          </p>
        </div>
      </form>
    </search>
  )
}
