/** @jsxImportSource hono/jsx */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { EventType } from '../tables.ts'

/** The whole document, as `c.html` takes it. */
export function asDocument(page: Child) {
  return html`<!doctype html>
${page}`
}

/** The frame of every page. */
export function Layout({ title, children }: { title: string; children?: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/inbox.css" />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <div class="inside">
            <a class="home" href="/">
              Sandbox inbox
            </a>
            <span class="quiet">No mail leaves this machine.</span>
          </div>
        </header>
        <main id="content" class="inside">
          {children}
        </main>
      </body>
    </html>
  )
}

export function EventBadge({ type }: { type: EventType }) {
  return <span class={`badge ${type}`}>{type}</span>
}

const longFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
const shortFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZone: 'UTC',
})

/** A time in UTC. */
export function Time({ at, short = false }: { at: Date; short?: boolean }) {
  return <time datetime={at.toISOString()}>{short ? shortFormat.format(at) : `${longFormat.format(at)} UTC`}</time>
}
