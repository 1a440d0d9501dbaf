/** @jsxImportSource hono/jsx */
import type { Context as HonoContext } from 'hono'
import { findNeighbours, type Item, type PublicDigest } from '../digests/archive.ts'
import type { Context } from '../platform/context.ts'
import { siteUrlOf } from '../platform/publisher.ts'
import { pageHead } from './page-head.ts'
import { page } from './reply.tsx'

export const digestPath = (digestId: number) => `/archive/${digestId}`

/** A digest in the browser: what its mail tells, in the same order, without anything that is a reader's own. */
export async function digestPage(c: HonoContext, context: Context, digest: PublicDigest) {
  const { newsletterName, edition, words } = digest
  const { earlier, later } = await findNeighbours(context, digest)
  const title = edition.lead.title
  const head = pageHead(context.config, {
    title,
    siteName: newsletterName,
    description: edition.intro,
    path: digestPath(digest.digestId),
    imageUrl: edition.lead.imageUrl,
    publishedAt: digest.publishedAt,
  })
  return page(
    c,
    context,
    { title, newsletterName, head },
    <>
      <article class="edition" lang={digest.language} dir={digest.direction}>
        <h1 class="dateline">{digest.date}</h1>
        <section class="lead">
          <Picture item={edition.lead} isFirst />
          <Kicker item={edition.lead} />
          <h2 dir="auto">
            <Title item={edition.lead} />
          </h2>
          <Summary item={edition.lead} />
        </section>
        {edition.sections.map(({ topic, items }, number) => (
          <section aria-labelledby={`section-${number}`}>
            <h2 id={`section-${number}`} class="topic" dir="auto">
              {topic.name}
            </h2>
            {items.map((item) => (
              <div class="story">
                <div>
                  <h3 dir="auto">
                    <Title item={item} />
                  </h3>
                  <Summary item={item} />
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
                  <Summary item={item} />
                </div>
                <Picture item={item} />
              </div>
            ))}
          </section>
        )}
        {edition.brief.length > 0 && (
          <section aria-labelledby="brief">
            <h2 id="brief" class="topic">
              {words.inBrief}
            </h2>
            {edition.brief.map((item) => (
              <div class="brief">
                <h3 dir="auto">
                  <Title item={item} />
                </h3>
                <Byline text={[item.topic?.name, item.byline].filter(Boolean).join(' · ')} />
              </div>
            ))}
          </section>
        )}
        {digest.furtherCount > 0 && (
          <p class="further">
            <a href={siteUrlOf(context.config)}>{words.further}</a>
          </p>
        )}
      </article>
      <aside class="note on-screen" aria-label="Subscribe">
        <p>
          This is what {newsletterName} sent that day. <a href="/">Have the next one mailed to you</a>, at your hour and
          about your topics.
        </p>
      </aside>
      <nav class="pages on-screen" aria-label="Other digests">
        {earlier !== undefined && (
          <a rel="prev" href={digestPath(earlier)}>
            The digest before
          </a>
        )}
        <a href={`/archive?newsletter=${digest.newsletterSlug}`}>All digests</a>
        {later !== undefined && (
          <a rel="next" href={digestPath(later)}>
            The digest after
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
    <p class="topic" dir="auto">
      {item.topic.name}
    </p>
  ) : null

function Summary({ item }: { readonly item: Item }) {
  return (
    <>
      {item.summary && <p dir="auto">{item.summary}</p>}
      <Byline text={item.byline} />
    </>
  )
}

const Byline = ({ text }: { readonly text: string }) => (text ? <p class="byline">{text}</p> : null)

type PictureProps = { readonly item: Item; readonly isFirst?: boolean }

/** The headline leads where the picture would: one stop for the keyboard is enough. */
function Picture({ item, isFirst = false }: PictureProps) {
  const { imageUrl, imageAlt } = item
  if (!imageUrl) return null
  const lazily = isFirst ? {} : { loading: 'lazy' as const }
  return <img src={imageUrl} alt={imageAlt} width={640} height={360} {...lazily} />
}
