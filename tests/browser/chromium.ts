// Unpacks Chromium, with the libraries and the font that come with it, into node_modules/.cache, once for each version, and beside
// it fonts for the scripts of the samples: a machine needs no browser and no packages of its system. CHROMIUM_PATH names another browser, where this one does not run.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import decompress from 'woff2-encoder/decompress'

export type ChromiumFiles = { readonly path: string; readonly env: Readonly<Record<string, string>> }

const modules = resolve(import.meta.dirname, '../../node_modules')
const packageFolder = join(modules, '@sparticuz/chromium')
/** A sans for Latin, Greek, Cyrillic and Hebrew letters comes with the browser. Gelasio has the widths of Georgia, which readers have. */
const fontFolders = ['gelasio', 'noto-sans-arabic', 'noto-sans-sc', 'noto-emoji'].map((name) =>
  join(modules, '@fontsource-variable', name),
)
const fontFile = /^(?:gelasio-latin.*|noto(?!.*-(?:latin|latin-ext|cyrillic|vietnamese|math)-).*)-wght-normal\.woff2$/
const aliases = [
  ['Georgia', 'Gelasio'],
  ['serif', 'Gelasio'],
  ['sans-serif', 'Open Sans'],
  ['system-ui', 'Open Sans'],
].map(
  ([asked, used]) => `<alias binding="same"><family>${asked}</family><prefer><family>${used}</family></prefer></alias>`,
)
/** Whatever else is asked for. */
const otherwise =
  '<match target="pattern"><edit name="family" mode="append_last"><string>Open Sans</string></edit></match>'

/** Where the browser is; unpacked if nobody has yet. */
export async function chromiumFiles(): Promise<ChromiumFiles> {
  const own = process.env.CHROMIUM_PATH
  if (own) return { path: own, env: {} }
  const versions = await Promise.all([packageFolder, ...fontFolders].map(versionOf))
  const folder = join(modules, '.cache', ['chromium', ...versions].join('-'))
  if (!existsSync(folder)) await unpack(folder)
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
}

async function versionOf(folder: string): Promise<string> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version
}

export const launch = ({ path, env }: ChromiumFiles): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    env: { ...process.env, ...env } as never,
    args: ['--no-zygote'],
    chromiumSandbox: false,
  })

/** All of it or nothing: an earlier try may have been interrupted. The package unpacks into the temporary folder. */
async function unpack(folder: string): Promise<void> {
  const half = `${folder}.${process.pid}`
  const { TMPDIR } = process.env
  await mkdir(half, { recursive: true })
  process.env.TMPDIR = half
  try {
    const { default: packed, inflate } = await import('@sparticuz/chromium')
    await packed.executablePath()
    await inflate(join(packageFolder, 'bin/al2023.tar.br'))
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  await unpackFonts(join(half, 'fonts'))
  await writeFile(
    join(half, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>${aliases.join('')}${otherwise}</fontconfig>\n`,
  )
  await rename(half, folder).catch(() => rm(half, { recursive: true, force: true }))
}

/** Where fonts are the system's, the browser reads them unpacked only. */
async function unpackFonts(folder: string): Promise<void> {
  for (const source of fontFolders) {
    for (const name of await readdir(join(source, 'files'))) {
      if (!fontFile.test(name)) continue
      const font = await decompress(await readFile(join(source, 'files', name)))
      await writeFile(join(folder, name.replace(/woff2$/, 'ttf')), font)
    }
  }
}
