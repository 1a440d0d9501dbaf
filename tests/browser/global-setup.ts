import type { TestProject } from 'vitest/node'
import { type ChromiumFiles, chromiumFiles } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: ChromiumFiles
  }
}

export default async function setup(project: TestProject): Promise<void> {
  project.provide('chromium', await chromiumFiles())
}
