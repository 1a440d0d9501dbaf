import { Hono } from 'hono'
import { iconOrigins } from '../platform/branding.ts'
import type { Context } from '../platform/context.ts'
import { sha256, toBase64Url } from '../platform/encoding.ts'
import { answer } from './answer-headers.ts'
import { inLanguage, spokenTo } from './asked-language.ts'
import { offlinePage, offlineStyles } from './offline-page.ts'
import { offlineWorker } from './offline-worker.ts'
import { siteOf } from './site.ts'

const path = '/offline'

/** For readers without a network: a page that says so, and the worker that keeps it and nothing else. */
export function offlineRoutes(context: Context): Hono {
  const { branding } = context.config
  const pictures = ['data:', ...iconOrigins(branding)].join(' ')
  const app = new Hono()

  app.get(path, async (c) => {
    const site = await siteOf(context)
    const { language } = spokenTo(c, site.language)
    const style = btoa(String.fromCharCode(...(await sha256(offlineStyles(branding.look)))))
    return answer(c, await offlinePage(site.name, branding, language), 200, {
      'content-type': 'text/html; charset=UTF-8',
      'content-language': language,
      // Kept with the page, and so in force without a network.
      'content-security-policy': `default-src 'none'; style-src 'sha256-${style}'; img-src ${pictures}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
      'cache-control': 'no-cache',
      vary: 'accept-language',
      'x-robots-tag': 'noindex',
    })
  })

  // Another worker when the page is another: each is named by what it keeps.
  app.get('/sw.js', async (c) => {
    const site = await siteOf(context)
    const { language } = spokenTo(c, site.language)
    const version = toBase64Url(await sha256(await offlinePage(site.name, branding, language))).slice(0, 22)
    return answer(c, offlineWorker({ page: inLanguage(path, language), version }), 200, {
      'content-type': 'text/javascript; charset=utf-8',
      // What it asks for is asked under the policy that it came with.
      'content-security-policy': "default-src 'none'; connect-src 'self'",
      'cache-control': 'no-cache',
      vary: 'accept-language',
    })
  })
  return app
}
