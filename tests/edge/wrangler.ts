// wrangler, as a process that asks nothing, reports nothing to its makers, and knows nothing of this shell's secrets.
import { fileURLToPath } from 'node:url'

export const wranglerProgram = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url))
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

export function wranglerEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CI: 'true',
    NO_COLOR: '1',
    WRANGLER_SEND_METRICS: 'false',
    // Otherwise miniflare asks the network where this machine is.
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV: 'false',
    ...more,
  }
}
