import { expect, it } from 'vitest'
import { csvLine } from '../../src/platform/csv-line.ts'

it.each([
  [['ada@reader.example', 'failed'], 'ada@reader.example,failed'],
  [['a,b', 'say "no"', 'two\nlines'], '"a,b","say ""no""","two\nlines"'],
  [['=cmd|x!A1@reader.example'], "'=cmd|x!A1@reader.example"],
  [['+1@reader.example', '-1', '@SUM(1)'], "'+1@reader.example,'-1,'@SUM(1)"],
  [['\t=1+1', ' =1+1', '＝1+1'], "'\t=1+1,' =1+1,'＝1+1"],
  [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"`],
  [['\r1'], `"'\r1"`],
  [['', 'x'], ',x'],
])('%j is written as one line that no spreadsheet runs', (cells, line) => {
  expect(csvLine(cells)).toBe(`${line}\r\n`)
})
