import { defineConfig } from 'vitest/config'

// The suite runs on the embedded database, or on the server that TEST_DATABASE_URL names. What starts the program on an embedded
// database of its own, or needs none, is the same there and is left out.
const sameOnAServer = [
  ...['tests/processes.test.ts', 'tests/platform/embedded.test.ts', 'tests/platform/pglite-server.test.ts'],
  ...['tests/emails/**', 'tests/simulation/**', 'tests/guarded-fetch.test.ts', 'tests/built.test.ts'],
  // The command line over what tests/articles, tests/delivery and tests/subscriptions ask of a server.
  'tests/commands/{articles,output,subscribers,suppressions}.test.ts',
  'tests/articles/{article-url,decode-feed,parse-feed,rank-articles,same-story,summarise,text}.test.ts',
]

export default defineConfig({
  // NODE_ENV=production has no jsxDEV
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    exclude: [
      ...['tests/edge/**', 'tests/browser/**', 'node_modules/**'],
      ...(process.env.TEST_DATABASE_URL ? sameOnAServer : []),
    ],
    globalSetup: 'tests/support/global-setup.ts',
    setupFiles: 'tests/support/check-logs.ts',
    maxWorkers: 2,
    // Modules keep nothing of one test for another, and are loaded once a worker: a quarter of the suite's time.
    isolate: false,
    // CI adds the counts of all its runs up
    reporters: process.env.TEST_RESULTS ? ['default', ['json', { outputFile: process.env.TEST_RESULTS }]] : ['default'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // what is waited for comes when it comes, on a busy machine too
    expect: { poll: { timeout: 20_000 } },
    env: { NODE_ENV: 'production' },
  },
})
