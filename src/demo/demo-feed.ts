// Where the demo's articles come from: the bundled sample, a file, or a real feed.
import { readFile } from 'node:fs/promises'
import { serve } from '../node-http.ts'
import { PublicError } from '../platform/errors.ts'
import { createSampleSite } from './sample-site.tsx'

export type DemoFeed = { readonly url: string; close(): Promise<void> }

/** Gives a feed's URL: that of `source` if it is one, else of a loopback server with the file or the sample. */
export async function openDemoFeed(source: string | undefined, now: Date): Promise<DemoFeed> {
  if (source !== undefined && /^https?:\/\//i.test(source)) return { url: source, close: async () => {} }
  let baseUrl = ''
  const fetch = source === undefined ? createSampleSite(() => baseUrl, now).fetch : await fileServer(source)
  const server = await serve(fetch, { host: '127.0.0.1', port: 0, variable: 'PORT' })
  baseUrl = server.url
  return { url: `${server.url}/feed.xml`, close: () => server.close() }
}

/** Answers every request with the file, as it is; what it holds is found out by whoever reads it. */
async function fileServer(path: string): Promise<() => Response> {
  let file: Uint8Array<ArrayBuffer>
  try {
    file = new Uint8Array(await readFile(path))
  } catch (cause) {
    const message = `The feed ${path} cannot be read: give the URL of a feed, or the path of a file that holds one.`
    throw new PublicError('invalid_input', message, { cause })
  }
  return () => new Response(file, { headers: { 'content-type': 'application/octet-stream' } })
}
