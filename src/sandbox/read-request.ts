import { storable } from '../platform/encoding.ts'
import { ApiError } from './api-error.ts'
import { type Email, readEmail } from './read-email.ts'

/** What the valid mails of a batch are, and what is wrong with the others by their index in the request. */
export type Batch = { readonly emails: Email[]; readonly errors: { index: number; message: string }[] }

const maximumBatch = 100

/** Reads the body of `POST /emails`. Throws an {@link ApiError}. */
export function readSingle(body: string): Email {
  return readEmail(parseJson(body))
}

/**
 * Reads the body of `POST /emails/batch`. Strict: throws an {@link ApiError} for the first mail at fault. Permissive:
 * reports each mail at fault. A body that is no batch at all is refused either way.
 */
export function readBatch(body: string, validation: 'strict' | 'permissive'): Batch {
  const items = parseJson(body)
  if (!Array.isArray(items)) throw invalid('The `request.body` field must be an `array`.')
  if (items.length === 0) throw invalid('The batch needs at least one email.')
  if (items.length > maximumBatch) throw invalid(`The batch takes at most ${maximumBatch} emails.`)

  const batch: Batch = { emails: [], errors: [] }
  for (const [index, item] of items.entries()) {
    try {
      batch.emails.push(readBatchItem(item))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (validation === 'strict') throw new ApiError(error.code, `[${index}] ${error.message}`)
      batch.errors.push({ index, message: error.message })
    }
  }
  return batch
}

function readBatchItem(item: unknown): Email {
  const email = readEmail(item)
  if (email.attachments.length > 0) throw invalid('The `attachments` field is not supported in a batch.')
  return email
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body, (_key, value) => (typeof value === 'string' ? storable(value) : value))
  } catch {
    throw new ApiError('validation_error', 'The request body is not valid JSON.', 400)
  }
}

const invalid = (message: string) => new ApiError('validation_error', message)
