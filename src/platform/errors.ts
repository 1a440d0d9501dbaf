/** The code of an error of the system or, as SQLSTATE, of PostgreSQL; empty where it has none. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** What went wrong, in words each transport maps once: a page, problem+json, or a line and an exit code. */
export type ErrorCode =
  | 'invalid_input'
  | 'not_found'
  | 'expired'
  | 'conflict'
  | 'too_many_requests'
  | 'misconfigured'
  | 'unavailable'

/**
 * An error that may be shown to whoever caused it. Its message says what is wrong and what would do; it never holds
 * internals, tokens or addresses. Anything else that is thrown is a defect and is shown as one.
 */
export class PublicError extends Error {
  override readonly name = 'PublicError'
  readonly code: ErrorCode
  /** Field name → what is wrong with it, where a form or a JSON body was read. */
  readonly fields: Record<string, string>
  /** When it may be tried again: `Retry-After`. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { fields?: Record<string, string>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fields = options.fields ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
