import { afterEach, expect } from 'vitest'
import { takeUnfitLines } from './kept-log.ts'

afterEach(() => {
  expect(takeUnfitLines(), 'lines of the log with an address, a token or a key in them').toEqual([])
})
