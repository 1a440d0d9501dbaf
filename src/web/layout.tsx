/** @jsxImportSource hono/jsx */
import type { Child } from 'hono/jsx'

export type LayoutProps = {
  readonly title: string
  readonly newsletterName: string
  readonly postalAddress: string
  readonly language?: string
  readonly children?: Child
}

/** What all pages share. */
export function Layout({ title, newsletterName, postalAddress, language = 'en', children }: LayoutProps) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · ${newsletterName}`}</title>
        <link rel="stylesheet" href="/app.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <div class="page">
          <header class="site">
            <a href="/">{newsletterName}</a>
          </header>
          <main>{children}</main>
          <footer class="site">
            <p>{postalAddress}</p>
          </footer>
        </div>
        <script src="/app.js" defer />
      </body>
    </html>
  )
}
