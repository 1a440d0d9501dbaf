import { cors } from 'hono/cors'
import type { Config } from '../platform/config.ts'

/** For scripts on the pages of EMBED_ORIGINS. Comes before all that may refuse a request, so that they can read why. */
export const embedCors = ({ embedOrigins }: Config) =>
  cors({
    origin: [...embedOrigins],
    allowMethods: ['POST'],
    allowHeaders: ['content-type', 'accept'],
    exposeHeaders: ['retry-after'],
    maxAge: 86_400,
  })
