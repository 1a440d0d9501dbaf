import { Hono } from 'hono'
import type { Context } from '../platform/context.ts'
import { addressRoutes } from './address-routes.tsx'
import { myLinkRoutes } from './my-link-routes.tsx'
import { ownDataRoutes } from './own-data-routes.tsx'
import { preferencesRoutes } from './preferences-routes.tsx'
import { unsubscribeRoutes } from './unsubscribe-routes.tsx'
import type { WebOptions } from './web-options.ts'

/** What a reader reaches through the links of a mail: to look with GET, to act with POST. */
export function readerRoutes(context: Context, options: WebOptions): Hono {
  const app = new Hono()
  app.route('/', preferencesRoutes(context, options))
  app.route('/', ownDataRoutes(context, options))
  app.route('/', addressRoutes(context, options))
  app.route('/', unsubscribeRoutes(context, options))
  app.route('/', myLinkRoutes(context, options))
  return app
}
