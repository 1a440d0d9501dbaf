// What the edge tests use of the runtime's modules. The package that has all of their types contradicts the DOM's.
declare module 'cloudflare:workers' {
  export const env: import('../../src/worker.ts').Env
  /** The worker's handlers, called as the runtime calls them. */
  export const exports: {
    readonly default: {
      fetch(request: Request | string, init?: RequestInit): Promise<Response>
      scheduled(trigger: { readonly scheduledTime: number; readonly cron: string }): Promise<void>
    }
  }
}

declare module 'cloudflare:test' {
  export type Invocation = { waitUntil(work: Promise<unknown>): void }
  export function createExecutionContext(): Invocation
  /** Waits for what was given to `waitUntil`. */
  export function waitOnExecutionContext(invocation: Invocation): Promise<void>
}

declare module '*?raw' {
  const text: string
  export default text
}
