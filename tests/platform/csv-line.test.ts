import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvLine, withoutGuard } from '../../src/platform/csv-line.ts'

it.each([
  [['ada@reader.example', 'failed'], 'ada@reader.example,failed'],
  [['a,b', 'say "no"', 'two\nlines'], '"a,b","say ""no""","two\nlines"'],
  [['=cmd|x!A1@reader.example'], "'=cmd|x!A1@reader.example"],
  [['+1@reader.example', '-1', '@SUM(1)'], "'+1@reader.example,'-1,'@SUM(1)"],
  [['\t=1+1', ' =1+1', '＝1+1'], "'\t=1+1,' =1+1,'＝1+1"],
  [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"`],
  [['\r1'], `"'\r1"`],
  [["'=1+1", "''+1"], "''=1+1,'''+1"],
  [["'quoted'", "o'neil@reader.example"], "'quoted',o'neil@reader.example"],
  [['', 'x'], ',x'],
])('%j is written as one line that no spreadsheet runs', (cells, line) => {
  expect(csvLine(cells)).toBe(`${line}\r\n`)
})

it('takes away the apostrophe that was put in front, and no other', () => {
  const tricky = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '＝', ' ', '\t', 'a', '1', '"', ',') })
  fc.assert(
    fc.property(fc.array(fc.oneof(tricky, fc.string()), { minLength: 1, maxLength: 4 }), (cells) => {
      const line = csvLine(cells)
      const [record = []] = line === '\r\n' ? [['']] : parse(line, { record_delimiter: '\r\n' })
      expect(record.map(withoutGuard)).toEqual(cells)
    }),
    { numRuns: 2_000 },
  )
})
