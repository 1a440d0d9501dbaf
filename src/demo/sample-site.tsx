/** @jsxImportSource hono/jsx */
// The news site that the sample feed belongs to, so that the links and pictures of the demo's mails lead somewhere.
import { Hono } from 'hono'
import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { sampleArticles } from './sample/articles.ts'
import { sampleFeed } from './sample/feed.ts'
import { sampleImage } from './sample/images.ts'

const style =
  'body{max-width:40rem;margin:0 auto;padding:1.5rem 1.25rem;font:1.0625rem/1.6 Georgia,serif;color:#1c1b19;background:#fdfcf9}img{width:100%;height:auto}h1{line-height:1.15}'

/** Serves the feed, its articles and its pictures. `baseUrl` is asked for at each request, as the port is known late. */
export function createSampleSite(baseUrl: () => string, now: Date): Hono {
  const app = new Hono()
  app.get('/feed.xml', (c) =>
    c.body(sampleFeed({ baseUrl: baseUrl(), now }), 200, { 'content-type': 'application/rss+xml' }),
  )
  app.get('/images/:name', async (c) => {
    const image = await sampleImage(c.req.param('name'))
    return image ? c.body(image, 200, { 'content-type': 'image/jpeg', 'cache-control': 'max-age=3600' }) : c.notFound()
  })
  app.get('/articles/:slug', (c) => {
    const article = sampleArticles.find((one) => one.slug === c.req.param('slug'))
    if (!article) return c.notFound()
    return c.html(
      <Page title={article.title}>
        <p>
          <a href="/">The Calderhaven Post</a> · {article.topic}
        </p>
        <h1>{article.title}</h1>
        <p>By {article.authors.join(', ')}</p>
        <img src={`/images/${article.slug}.jpg`} alt={article.imageAlt} width="1200" height="675" />
        {article.paragraphs.map((paragraph) => (
          <p>{paragraph}</p>
        ))}
      </Page>,
    )
  })
  app.get('/', (c) =>
    c.html(
      <Page title="The Calderhaven Post">
        <h1>The Calderhaven Post</h1>
        <p>News from a harbour city that does not exist.</p>
        <ul>
          {sampleArticles.map((article) => (
            <li>
              <a href={`/articles/${article.slug}`}>{article.title}</a>
            </li>
          ))}
        </ul>
      </Page>,
    ),
  )
  return app
}

function Page({ title, children }: { readonly title: string; readonly children?: Child }) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title}</title>
          <style>{raw(style)}</style>
        </head>
        <body>
          <main>{children}</main>
        </body>
      </html>
    </>
  )
}
