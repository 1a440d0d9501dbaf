import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutations } from './mutations.ts'

// To try them takes hours. That they still break something is known at once.
test.each(mutations)('$name: the words to break are there', ({ edits }) => {
  for (const { file, from } of edits) expect(readFileSync(file, 'utf8')).toContain(from)
})
