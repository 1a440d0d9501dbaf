/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import { originsOf } from '../platform/branding.ts'
import type { Config } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import type { Messages } from '../subscriptions/languages.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { spokenTo } from './asked-language.ts'
import { keptData } from './kept-data.ts'
import { pageHead } from './page-head.ts'
import { page } from './reply.tsx'

/** What is kept of readers, by whom and for how long, as the code and the configuration have it. */
export function privacyRoute(context: Context): Hono {
  const { config } = context
  const app = new Hono()
  app.get('/privacy', async (c) => {
    const newsletter = await getNewsletter(context.db)
    const { name } = newsletter
    const { words, speaking, to } = spokenTo(c, newsletter.language)
    const say = words.site.privacy
    const title = words.page.privacy
    const description = say.description({ newsletter: name })
    const path = '/privacy'
    return page(
      c,
      context,
      {
        ...speaking,
        path,
        title,
        newsletterName: name,
        head: pageHead(config, { title, siteName: name, description, path, speaking, words }),
      },
      <>
        <h1>{title}</h1>
        <p class="lede">{say.lede}</p>
        <h2>{say.notDone}</h2>
        <ul class="plain">
          <li>{config.turnstile ? say.noCookiesButCheck : say.noCookies}</li>
          <li>{say.noPixels}</li>
          <li>{say.noAdvertisers}</li>
          <li>{say.noLog}</li>
          <li>{say.offline}</li>
        </ul>
        <h2>{say.kept}</h2>
        <dl class="kept">
          {keptData(config, say).map(({ what, why, howLong }) => (
            <div>
              <dt>{what}</dt>
              <dd>{why}</dd>
              <dd class="quiet">{say.keptFor({ period: howLong })}</dd>
            </div>
          ))}
        </dl>
        <p>{say.ground}</p>
        <h2>{say.others}</h2>
        <ul class="plain">
          {processors(config, say).map(({ who, does }) => (
            <li>
              <strong>
                <bdi>{who}</bdi>
              </strong>{' '}
              {does}
            </li>
          ))}
        </ul>
        <h2>{say.rights}</h2>
        <p>
          {say.rightsMore} {say.noMail} <a href={to('/my-link')}>{words.site.front.mailMyLink}</a>
        </p>
        <ul class="plain">
          {rights(words).map(([right, how]) => (
            <li>
              <strong>{right}</strong> {how}
            </li>
          ))}
        </ul>
        <p>{say.complain}</p>
        <h2>{say.responsible}</h2>
        <address>
          <bdi>{config.branding.publisherName ?? name}</bdi>
          <br />
          <bdi>{config.postalAddress}</bdi>
          <br />
          <a href={`mailto:${config.contactAddress}`} dir="ltr">
            {config.contactAddress}
          </a>
        </address>
      </>,
    )
  })
  return app
}

type Processor = { readonly who: string; readonly does: string }

function processors(config: Config, say: Messages['site']['privacy']): Processor[] {
  const { resend, turnstile, inboundDomain, embedOrigins } = config
  const mailService = resend?.baseUrl ? new URL(resend.baseUrl).host : 'Resend (resend.com)'
  const hostsOf = (origins: readonly string[]) => origins.map((origin) => new URL(origin).host).join(', ')
  const logoHosts = hostsOf(originsOf(config.branding.look.logo))
  const receives = inboundDomain === undefined ? '' : ` ${say.receives({ address: inboundDomain })}`
  return [
    resend && !resend.isSandbox
      ? { who: mailService, does: say.delivers + receives }
      : { who: say.nobody, does: say.trial },
    ...(turnstile ? [{ who: 'Cloudflare Turnstile', does: say.check }] : []),
    ...(embedOrigins.length > 0 ? [{ who: hostsOf(embedOrigins), does: say.embeds }] : []),
    ...(logoHosts ? [{ who: logoHosts, does: say.logo }] : []),
    { who: say.sites, does: say.sitesMore },
    { who: say.servers, does: say.serversMore },
  ]
}

/** What to press is called as on the pages that have it. */
function rights({ site, preferences, erase, leaving }: Messages): readonly (readonly [string, string])[] {
  const say = site.privacy
  return [
    [say.see, say.seeHow({ button: preferences.download })],
    [say.correct, say.correctHow],
    [say.erase, say.eraseHow({ button: erase.title })],
    [say.pause, say.pauseHow],
    [say.object, say.objectHow({ button: leaving.title })],
  ]
}
