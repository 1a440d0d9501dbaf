// What Resend answers when it refuses: https://resend.com/docs/api-reference/errors

const statuses = {
  invalid_idempotency_key: 400,
  missing_api_key: 401,
  invalid_api_key: 403,
  invalid_access: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_idempotent_request: 409,
  concurrent_idempotent_requests: 409,
  invalid_attachment: 422,
  invalid_parameter: 422,
  missing_required_field: 422,
  validation_error: 422,
  daily_quota_exceeded: 429,
  monthly_quota_exceeded: 429,
  rate_limit_exceeded: 429,
  application_error: 500,
  service_unavailable: 503,
} as const

export type ApiErrorCode = keyof typeof statuses
export type ApiErrorStatus = (typeof statuses)[ApiErrorCode] | 413

/** A refusal, in Resend's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly status: ApiErrorStatus

  constructor(code: ApiErrorCode, message: string, status: ApiErrorStatus = statuses[code]) {
    super(message)
    this.code = code
    this.status = status
  }

  /** The response's body. */
  toJSON(): { statusCode: number; name: ApiErrorCode; message: string } {
    return { statusCode: this.status, name: this.code, message: this.message }
  }
}
