import { Hono, type Context as HonoContext } from 'hono'
import { findPublicDigest, findPublicDigests, listPublicDigests } from '../digests/archive.ts'
import type { Context } from '../platform/context.ts'
import { sha256, toBase64Url } from '../platform/encoding.ts'
import { PublicError } from '../platform/errors.ts'
import { getNewsletter, newslettersByName } from '../subscriptions/newsletters.ts'
import { answer } from './answer-headers.ts'
import { atomFeed, changedAt, type FeedOptions, jsonFeed } from './archive-feed.ts'
import { archivePage } from './archive-page.tsx'
import { digestPage, digestPath } from './digest-page.tsx'
import { ownPicture } from './own-picture.ts'
import { inLanguages, ownPicturePath } from './page-head.ts'
import { check, joinSchema } from './read-input.ts'
import { frontOf, siteOf } from './site.ts'

const digestsInFeed = 20
/** A decade of a daily digest; a sitemap may have 50,000. */
const digestsInSitemap = 10_000
const kept = 'public, max-age=300'
const feeds = new Map([
  ['feed.xml', { contentType: 'application/atom+xml; charset=utf-8', write: atomFeed }],
  ['feed.json', { contentType: 'application/feed+json; charset=utf-8', write: jsonFeed }],
])
/** Where readers' tokens are, and what is for one reader alone. */
const ofReaders = ['address', 'confirm', 'preferences', 'undo', 'unsubscribe']

/** What anybody may read, and what tells programs where it is. */
export function archiveRoutes(context: Context): Hono {
  const { publicUrl } = context.config
  const app = new Hono()

  app.get('/archive', (c) => archivePage(c, context))
  // One route for all that is below it: what has a name and what has a number, side by side, makes Hono find every route of the
  // service by its slowest way.
  app.get('/archive/:entry', async (c) => {
    const entry = c.req.param('entry')
    const feed = feeds.get(entry)
    if (feed) {
      const options = await feedOptions(c, context)
      return fresh(c, feed.contentType, await feed.write(options), changedAt(options))
    }
    const id = /^[1-9]\d{0,14}$/.exec(entry)?.[0]
    const digest = id === undefined ? undefined : await findPublicDigest(context, Number(id))
    if (!digest)
      throw new PublicError('not_found', 'There is no such digest in the archive, or it is not for everybody.')
    return digestPage(c, context, digest)
  })

  app.get('/sitemap.xml', async (c) => {
    const digests = await listPublicDigests(context, digestsInSitemap)
    const newsletters = await newslettersByName(context)
    const fronts = await Promise.all(newsletters.map((newsletter) => frontOf(context, newsletter)))
    const entries = [
      ...[...fronts.toSorted(), '/archive', '/privacy'].map((path) => {
        const others = inLanguages(path).map(
          ([language, other]) =>
            `<xhtml:link rel="alternate" hreflang="${language}" href="${publicUrl}${other.replaceAll('&', '&amp;')}"/>`,
        )
        return `<url><loc>${publicUrl}${path}</loc>${others.join('')}</url>`
      }),
      ...digests.map(
        ({ digest_id, published_at }) =>
          `<url><loc>${publicUrl}${digestPath(digest_id)}</loc><lastmod>${published_at.toISOString()}</lastmod></url>`,
      ),
    ]
    const body = `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
${entries.join('\n')}
</urlset>
`
    return answer(c, body, 200, { 'content-type': 'application/xml; charset=utf-8', 'cache-control': kept })
  })
  app.get('/robots.txt', (c) => {
    const rules = ['User-agent: *', ...ofReaders.map((name) => `Disallow: /${name}/`), '']
    return c.text(`${rules.join('\n')}\nSitemap: ${publicUrl}/sitemap.xml\n`, 200, { 'cache-control': kept })
  })
  app.get(ownPicturePath, async (c) =>
    c.body(await ownPicture(context.config.branding.look.brand), 200, {
      'content-type': 'image/png',
      'cache-control': 'public, max-age=86400',
    }),
  )
  return app
}

async function feedOptions(c: HonoContext, context: Context): Promise<FeedOptions> {
  const asked = c.req.query('newsletter')
  if (asked !== undefined) check(joinSchema, { newsletter: asked })
  const newsletter = await getNewsletter(context.db, asked)
  const newsletterId = asked === undefined ? undefined : newsletter.id
  return {
    path: asked === undefined ? c.req.path : `${c.req.path}?newsletter=${asked}`,
    publicUrl: context.config.publicUrl,
    title: asked === undefined ? (await siteOf(context)).name : newsletter.name,
    language: newsletter.language,
    since: newsletter.created_at,
    digests: await findPublicDigests(context, { newsletterId }, digestsInFeed),
  }
}

/**
 * The body, or that it is the one that is there already (RFC 9110, 13.2.2: a tag counts before a time). A time that is later is
 * that of something which was there, and is withdrawn.
 */
async function fresh(c: HonoContext, contentType: string, body: string, changed: Date): Promise<Response> {
  const etag = `"${toBase64Url(await sha256(body)).slice(0, 22)}"`
  const headers = { etag, 'last-modified': changed.toUTCString(), 'cache-control': kept }
  const tags = c.req.header('if-none-match')
  const seconds = (ms: number) => Math.floor(ms / 1_000)
  const since = Date.parse(c.req.header('if-modified-since') ?? '')
  const isKnown = tags
    ? tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
    : seconds(since) === seconds(changed.getTime())
  if (isKnown) return c.body(null, 304, headers)
  return answer(c, body, 200, { ...headers, 'content-type': contentType })
}
