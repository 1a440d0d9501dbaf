/** @jsxImportSource hono/jsx */
import { Hono } from 'hono'
import { iconOrigins, logoOrigins } from '../platform/branding.ts'
import type { Config } from '../platform/config.ts'
import type { Context } from '../platform/context.ts'
import type { Messages } from '../subscriptions/languages.ts'
import { getNewsletter } from '../subscriptions/newsletters.ts'
import { spokenTo } from './asked-language.ts'
import { keptData, resendKeptDays } from './kept-data.ts'
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
    const abroad = inUnitedStates(config)
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
        {abroad.length > 0 && <p>{say.transfer({ who: abroad.join(', ') })}</p>}
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

const resendHost = 'api.resend.com'

type Processor = { readonly who: string; readonly does: string }

function processors(config: Config, say: Messages['site']['privacy']): Processor[] {
  const { turnstile, embedOrigins, serversBy } = config
  const hostsOf = (origins: readonly string[]) => origins.map((origin) => new URL(origin).host).join(', ')
  const logos = logoOrigins(config.branding)
  const icons = iconOrigins(config.branding).filter((origin) => !logos.includes(origin))
  return [
    mailService(config, say),
    ...(turnstile ? [{ who: 'Cloudflare Turnstile', does: say.check }] : []),
    ...(embedOrigins.length > 0 ? [{ who: hostsOf(embedOrigins), does: say.embeds }] : []),
    ...(logos.length > 0 ? [{ who: hostsOf(logos), does: say.logo }] : []),
    ...(icons.length > 0 ? [{ who: hostsOf(icons), does: say.icon }] : []),
    { who: say.sites, does: say.sitesMore },
    ...(serversBy ? [{ who: serversBy, does: say.hosts }] : []),
    { who: serversBy ? say.database : say.servers, does: say.serversMore },
  ]
}

function mailService({ resend, inboundDomain }: Config, say: Messages['site']['privacy']): Processor {
  if (!resend || resend.isSandbox) return { who: say.nobody, does: say.trial }
  const host = mailHostOf(resend)
  const isResend = host === resendHost
  const does = [
    say.delivers,
    inboundDomain === undefined ? '' : say.receives({ address: inboundDomain }),
    isResend ? say.deliversKept({ period: say.days({ count: resendKeptDays }) }) : say.deliversElsewhere,
  ]
  return { who: isResend ? 'Resend (resend.com)' : host, does: does.filter(Boolean).join(' ') }
}

const mailHostOf = ({ baseUrl }: NonNullable<Config['resend']>) => (baseUrl ? new URL(baseUrl).host : resendHost)

/** Those whose companies are in the United States, as far as the configuration tells. */
function inUnitedStates({ resend, turnstile, serversBy }: Config): string[] {
  const isResend = resend && !resend.isSandbox && mailHostOf(resend) === resendHost
  return [...(isResend ? ['Resend'] : []), ...(turnstile || serversBy === 'Cloudflare' ? ['Cloudflare'] : [])]
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
