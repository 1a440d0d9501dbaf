/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'
import { consentText } from '../subscriptions/consent.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { embedScript, embedScriptPath } from './embed-script.ts'
import { newsletterSlug } from './read-input.ts'
import { page } from './reply.tsx'
import { honeypotField } from './sign-up-page.tsx'

/** The script of the form on other sites: any page may load it, those in EMBED_ORIGINS may send what it makes. */
export function embedScriptRoute(context: Context): Hono {
  const app = new Hono()
  app.get(embedScriptPath, async (c) => {
    const asked = newsletterSlug.safeParse(c.req.query('newsletter')).data
    const { name } = await getNewsletter(context.db, asked)
    return c.body(embedScript({ newsletter: asked, consent: consentText(name) }), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    })
  })
  return app
}

/** What to copy into the pages of another site. */
export function embedPageRoute(context: Context): Hono {
  const app = new Hono()
  app.get('/embed', async (c) => {
    const { publicUrl, embedOrigins } = context.config
    const { name } = await getNewsletter(context.db)
    const script = `<script src="${publicUrl}/embed.js" async></script>`
    const form = `<form action="${publicUrl}/subscribe" method="post">
  <p><label>Email address <input type="email" name="email" autocomplete="email" maxlength="320" required></label></p>
  <p hidden><label>Leave this empty <input name="${honeypotField}" tabindex="-1" autocomplete="off"></label></p>
  <p>${escapeHtml(consentText(name))}</p>
  <p><button type="submit">Subscribe</button></p>
</form>`
    return page(
      c,
      context,
      { title: 'The form on your site', isPrivate: true, newsletterName: name },
      <>
        <h1>The form on your site</h1>
        {embedOrigins.length === 0 && (
          <div class="note">
            <p>
              No other site may send sign-ups yet: name the origins of yours in EMBED_ORIGINS, like
              https://www.example.com, and start the service again.
            </p>
          </div>
        )}
        <div class="field">
          <label for="script">One line, which makes the form where it stands</label>
          <textarea id="script" rows={3} readonly>
            {script}
          </textarea>
        </div>
        <div class="field">
          <label for="form">The form itself, to change as you like; it works without JavaScript</label>
          <textarea id="form" rows={14} readonly>
            {form}
          </textarea>
        </div>
        <p>
          With both on a page, the script leaves your form as it is, and shows the answer in it rather than on a page of
          its own. The wording of consent is what readers agree to: keep it. Fields called frequency, hour, weekday,
          timeZone, language, topics and newsletter may be added.
        </p>
      </>,
    )
  })
  return app
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
