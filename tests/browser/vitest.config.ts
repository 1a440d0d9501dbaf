// What readers see and press, in Chromium from npm: vitest run --config tests/browser/vitest.config.ts
import { join, resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = resolve(import.meta.dirname, '../..')

export default defineConfig({
  root,
  // NODE_ENV=production has no jsxDEV
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['tests/browser/**/*.test.ts'],
    globalSetup: [join(root, 'tests/support/global-setup.ts'), join(import.meta.dirname, 'global-setup.ts')],
    setupFiles: join(root, 'tests/support/check-logs.ts'),
    reporters: process.env.TEST_RESULTS ? ['default', ['json', { outputFile: process.env.TEST_RESULTS }]] : ['default'],
    maxWorkers: 1,
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    env: { NODE_ENV: 'production' },
  },
})
