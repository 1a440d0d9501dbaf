/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { betweenPieces, findNeighbours, type Item, type PublicDigest, unbroken } from '../digests/archive.ts'
import type { Context } from '../platform/context.ts'
import { spokenTo } from './asked-language.ts'
import { pageHead } from './page-head.ts'
import { page } from './reply.tsx'
import { frontOf } from './site.ts'

export const digestPath = (digestId: number) => `/archive/${digestId}`

/**
 * A digest in the browser: what its mail tells, in the same order and language, without anything that is a reader's own. What is
 * around it is in the visitor's language.
 */
export async function digestPage(c: HonoContext, context: Context, digest: PublicDigest) {
  const { newsletterName, edition, words } = digest
  const { lang } = words
  const { siteUrl } = context.config.branding
  const spoken = spokenTo(c, digest.language)
  const { to, speaking } = spoken
  const say = spoken.words.site.archive
  const path = digestPath(digest.digestId)
  const front = await frontOf(context, { id: digest.newsletterId, slug: digest.newsletterSlug })
  const { earlier, later } = await findNeighbours(context, digest)
  const { title, imageUrl, imageAlt } = edition.lead
  const head = pageHead(context.config, {
    title,
    siteName: newsletterName,
    description: edition.intro,
    path,
    words: spoken.words,
    picture: imageUrl ? { url: imageUrl, alt: imageAlt } : undefined,
    publishedAt: digest.publishedAt,
  })
  return page(
    c,
    context,
    { title, newsletterName, front, head, path, ...speaking },
    <>
      <article class="edition" lang={digest.language} dir={digest.direction}>
        <h1 class="dateline">{digest.date + betweenPieces + unbroken(edition.extent)}</h1>
        <section class="lead">
          <Picture item={edition.lead} isFirst />
          <Kicker item={edition.lead} />
          <h2 dir="auto">
            <Title item={edition.lead} />
          </h2>
          <Summary item={edition.lead} lang={lang} />
        </section>
        {edition.sections.map(({ topic, items }, number) => (
          <section aria-labelledby={`section-${number}`}>
            <h2 id={`section-${number}`} class="topic">
              <bdi>{topic.name}</bdi>
            </h2>
            {items.map((item) => (
              <div class="story">
                <div>
                  <h3 dir="auto">
                    <Title item={item} />
                  </h3>
                  <Summary item={item} lang={lang} />
                </div>
                <Picture item={item} />
              </div>
            ))}
          </section>
        ))}
        {edition.alone.length > 0 && (
          <section class="alone">
            {edition.alone.map((item) => (
              <div class="story">
                <div>
                  <Kicker item={item} />
                  <h2 dir="auto">
                    <Title item={item} />
                  </h2>
                  <Summary item={item} lang={lang} />
                </div>
                <Picture item={item} />
              </div>
            ))}
          </section>
        )}
        {edition.brief.length > 0 && (
          <section aria-labelledby="brief">
            <h2 id="brief" class="topic" lang={lang}>
              {words.inBrief}
            </h2>
            {edition.brief.map((item) => (
              <div class="brief">
                <h3 dir="auto">
                  <Title item={item} />
                </h3>
                <Byline text={item.byline} topic={item.topic?.name} lang={lang} />
              </div>
            ))}
          </section>
        )}
        {digest.furtherCount > 0 && (
          <p class="further" lang={lang}>
            {siteUrl ? <a href={siteUrl}>{words.further}</a> : words.further}
          </p>
        )}
      </article>
      <aside class="note on-screen" aria-label={spoken.words.preferences.subscribe}>
        <p>
          {say.thatDay({ newsletter: newsletterName })} <a href={to(front)}>{say.mailMe}</a>. {say.mailMeMore}
        </p>
      </aside>
      <nav class="pages on-screen" aria-label={say.others}>
        {earlier !== undefined && (
          <a rel="prev" href={to(digestPath(earlier))}>
            {say.before}
          </a>
        )}
        <a href={to(`/archive?newsletter=${digest.newsletterSlug}`)}>{say.allDigests}</a>
        {later !== undefined && (
          <a rel="next" href={to(digestPath(later))}>
            {say.after}
          </a>
        )}
      </nav>
    </>,
  )
}

const Title = ({ item }: { readonly item: Item }) =>
  item.url ? <a href={item.url}>{item.title}</a> : <span>{item.title}</span>

const Kicker = ({ item }: { readonly item: Item }) =>
  item.topic ? (
    <p class="topic">
      <bdi>{item.topic.name}</bdi>
    </p>
  ) : null

type Lang = { readonly lang: string | undefined }

function Summary({ item, lang }: Lang & { readonly item: Item }) {
  return (
    <>
      {item.summary && <p dir="auto">{item.summary}</p>}
      <Byline text={item.byline} lang={lang} />
    </>
  )
}

/** In the words of the service; the topic in the language of the stories. */
function Byline({ text, topic, lang }: Lang & { readonly text: string; readonly topic?: string | undefined }) {
  if (!text && !topic) return null
  return (
    <p class="byline">
      {topic}
      {topic && text && ' · '}
      {text && lang ? <span lang={lang}>{text}</span> : text}
    </p>
  )
}

/** As wide as a page's column; what is narrower is not blown up. */
const pictureWidth = 640

type PictureProps = { readonly item: Item; readonly isFirst?: boolean }

/** The headline beside it leads where the picture would, and says what nobody described: one stop, and one reading, is enough. */
function Picture({ item, isFirst = false }: PictureProps) {
  const { imageUrl, imageAlt, isDescribed, imageWidth = pictureWidth } = item
  if (!imageUrl) return null
  const lazily = isFirst ? {} : { loading: 'lazy' as const }
  const shape = isFirst && imageWidth < pictureWidth ? { class: 'small' } : {}
  return (
    <img src={imageUrl} alt={isDescribed ? imageAlt : ''} width={pictureWidth} height={360} {...shape} {...lazily} />
  )
}
