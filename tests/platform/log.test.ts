import { expect, it } from 'vitest'
import { createLog } from '../../src/platform/log.ts'

it('masks addresses and tokens, and stays JSON whatever stands beside them', () => {
  const lines: string[] = []
  const log = createLog((line) => lines.push(line))
  log.error('failed', { error: `no integer: "ada@reader.example", path\\bob@reader.example\n"${'t'.repeat(43)}"` })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    error: 'no integer: "[address]", path\\[address]\n"[token]"',
  })
})
