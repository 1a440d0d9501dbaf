// Where the demo's articles come from: the bundled sample, a file, or a real feed.
import { readFile } from 'node:fs/promises'
import { serve } from '../node-http.ts'
import { PublicError } from '../platform/errors.ts'
import { sampleFeed } from './sample/feed.ts'
import { sampleImage } from './sample/images.ts'

export type DemoFeed = { readonly url: string; close(): Promise<void> }

/** Gives a feed's URL: that of `source` if it is one, else of a loopback server with the file or the sample. */
export async function openDemoFeed(source: string | undefined, now: Date): Promise<DemoFeed> {
  if (source !== undefined && /^https?:\/\//i.test(source)) return { url: source, close: async () => {} }
  const file = source === undefined ? undefined : await readFeedFile(source)
  let baseUrl = ''
  const server = await serve(
    async (request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/feed.xml') {
        const body = file ?? sampleFeed({ baseUrl, now })
        return new Response(body, { headers: { 'content-type': 'application/xml' } })
      }
      const image = await sampleImage(pathname.replace(/^\/images\//, ''))
      return image
        ? new Response(new Uint8Array(image), {
            headers: { 'content-type': 'image/jpeg', 'cache-control': 'max-age=3600' },
          })
        : new Response('Not found', { status: 404 })
    },
    { host: '127.0.0.1', port: 0, variable: 'PORT' },
  )
  baseUrl = server.url
  return { url: `${server.url}/feed.xml`, close: () => server.close() }
}

async function readFeedFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (cause) {
    throw new PublicError(
      'invalid_input',
      `The feed ${path} cannot be read: give the URL of a feed, or the path of a file that holds one.`,
      {
        cause,
      },
    )
  }
}
