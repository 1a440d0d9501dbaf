import { createMiddleware } from 'hono/factory'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Answers only requests that were made for a loopback name, or for `publicUrl`. A web page elsewhere that has its own name
 * point to this machine (DNS rebinding) could otherwise read the mails.
 */
export function loopbackOnly(publicUrl: string | undefined) {
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname
  return createMiddleware(async (c, next) => {
    const name = hostnameOf(c.req.header('host') ?? new URL(c.req.url).host)
    if (name === undefined || !(loopbackNames.has(name) || name === publicHost)) {
      return c.text('This sandbox answers on localhost only.\n', 421)
    }
    return next()
  })
}

function hostnameOf(host: string): string | undefined {
  const url = URL.parse(`http://${host}/`)
  return url?.pathname === '/' && url.username === '' && url.password === '' ? url.hostname : undefined
}
