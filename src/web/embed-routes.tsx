/** @jsxImportSource hono/jsx */
import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../platform/context.ts'
import { consentText } from '../subscriptions/consent.ts'
import { directionOf, knownLanguage } from '../subscriptions/languages.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { namedLanguage, type Spoken, spokenTo } from './asked-language.ts'
import { embedScript, embedScriptPath } from './embed-script.ts'
import { newsletterSlug } from './read-input.ts'
import { page } from './reply.tsx'
import { honeypotField } from './sign-up-page.tsx'

/**
 * The script of the form on other sites: any page may load it, those in EMBED_ORIGINS may send what it makes. It speaks the
 * language that its address names, or else the newsletter's: not the browser's, as the page around it does not follow that.
 */
export function embedScriptRoute(context: Context): Hono {
  const app = new Hono()
  app.get(embedScriptPath, async (c) => {
    const asked = newsletterSlug.safeParse(c.req.query('newsletter')).data
    const newsletter = await getNewsletter(context.db, asked)
    const language = namedLanguage(c) ?? knownLanguage(newsletter.language) ?? 'en'
    const consent = consentText(newsletter.name, language)
    return c.body(embedScript({ newsletter: asked, language, consent }), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'content-language': language,
      'cache-control': 'public, max-age=3600',
    })
  })
  return app
}

/** What to copy into the pages of another site. */
export function embedPageRoute(context: Context): Hono {
  const app = new Hono()
  app.get('/embed', async (c) => {
    const newsletter = await getNewsletter(context.db)
    return embedPage(c, context, newsletter.name, spokenTo(c, newsletter.language))
  })
  return app
}

function embedPage(c: HonoContext, context: Context, newsletterName: string, spoken: Spoken) {
  const { publicUrl, embedOrigins } = context.config
  const { language, words, speaking } = spoken
  const say = words.site.embed
  const script = `<script src="${publicUrl}${embedScriptPath}?language=${language}" async></script>`
  return page(
    c,
    context,
    { title: say.title, isPrivate: true, newsletterName, path: '/embed', ...speaking },
    <>
      <h1>{say.title}</h1>
      {embedOrigins.length === 0 && (
        <div class="note">
          <p>{say.noOrigins}</p>
        </div>
      )}
      <p>{say.language}</p>
      <div class="field">
        <label for="script">{say.script}</label>
        <textarea id="script" rows={3} dir="ltr" readonly>
          {script}
        </textarea>
      </div>
      <div class="field">
        <label for="form">{say.form}</label>
        <textarea id="form" rows={15} dir="ltr" readonly>
          {formToCopy(publicUrl, newsletterName, spoken)}
        </textarea>
      </div>
      <p>{say.both}</p>
      <p>{say.wording}</p>
      <p>{say.fields}</p>
    </>,
  )
}

function formToCopy(publicUrl: string, newsletterName: string, { language, words }: Spoken): string {
  const { leaveEmpty, subscribe } = words.site.front
  return `<form action="${publicUrl}/subscribe" method="post" lang="${language}" dir="${directionOf(language)}">
  <p><label>${words.page.emailAddress} <input type="email" name="email" dir="ltr" autocomplete="email" maxlength="320" required></label></p>
  <p hidden><label>${leaveEmpty} <input name="${honeypotField}" tabindex="-1" autocomplete="off"></label></p>
  <input type="hidden" name="language" value="${language}">
  <p>${escapeHtml(consentText(newsletterName, language))}</p>
  <p><button type="submit">${subscribe}</button></p>
</form>`
}

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
