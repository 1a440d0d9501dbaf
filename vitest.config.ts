import { defineConfig } from 'vitest/config'

// The suite runs on the embedded database, or on the server that TEST_DATABASE_URL names.
export default defineConfig({
  // NODE_ENV=production has no jsxDEV
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    exclude: ['tests/edge/**', 'tests/browser/**', 'node_modules/**'],
    globalSetup: 'tests/support/global-setup.ts',
    setupFiles: 'tests/support/check-logs.ts',
    maxWorkers: 2,
    // CI adds the counts of all its runs up
    reporters: process.env.TEST_RESULTS ? ['default', ['json', { outputFile: process.env.TEST_RESULTS }]] : ['default'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // what is waited for comes when it comes, on a busy machine too
    expect: { poll: { timeout: 20_000 } },
    env: { NODE_ENV: 'production' },
  },
})
