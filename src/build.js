// `npm run build`, also after `npm ci`: makes the program that newsmatro.js starts. Its libraries stay where they are, but for
// the mails' components: of those, most are not used.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { builtFolder, builtOf, hashOfSources } from './built.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const madeOf = hashOfSources()
rmSync(builtFolder, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  outdir: builtFolder,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  external: Object.keys(dependencies).filter((name) => !name.startsWith('@react-email/')),
  logLevel: 'warning',
})
// Looked for beside what asks for them.
cpSync(`${root}src/demo/sample/images`, `${builtFolder}images`, { recursive: true })
// Last: what was not made to the end is not used.
writeFileSync(builtOf, madeOf)
