// Runs the worker in workerd, against a real database behind its Hyperdrive binding:
//   vitest run --config tests/edge/vitest.config.ts
import { join, resolve } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const suites = [
  ...['sign-up', 'journey', 'preferences', 'my-link', 'change-address', 'undo', 'erase', 'security', 'scanner', 'fuzz'],
  ...['archive', 'privacy', 'webhooks', 'by-mail', 'sign-up-by-mail', 'machine-mail', 'mail-tokens', 'languages'],
  ...['public-languages', 'offline', 'sample-digest', 'branding', 'welcome', 'change-notices'],
]
const webTests = suites.map((name) => `tests/web/${name}.test.ts`)

const root = resolve(import.meta.dirname, '../..')

export default defineConfig({
  root,
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: join(root, 'wrangler.toml') },
      miniflare: {
        bindings: {
          PUBLIC_URL: 'https://digest.example',
          SIGNING_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
          RESEND_API_KEY: 're_sandbox',
          RESEND_BASE_URL: inject('edgeSandboxUrl'),
        },
        hyperdrives: { HYPERDRIVE: inject('edgeDatabaseUrl') },
      },
    })),
  ],
  test: {
    // What the web answers is asked on Node too, by the same tests.
    include: ['tests/edge/**/*.test.ts', ...webTests],
    setupFiles: join(root, 'tests/support/check-logs.ts'),
    globalSetup: join(import.meta.dirname, 'global-setup.ts'),
    reporters: process.env.TEST_RESULTS ? ['default', ['json', { outputFile: process.env.TEST_RESULTS }]] : ['default'],
    // All files share one database.
    fileParallelism: false,
    // and one worker, as readers do
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
