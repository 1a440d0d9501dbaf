// Unpacks Chromium, with the libraries and the font that come with it, into node_modules/.cache, once for each version: a
// machine needs no browser and no packages of its system. CHROMIUM_PATH names another browser, where this one does not run.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

export type ChromiumFiles = { readonly path: string; readonly env: Readonly<Record<string, string>> }

const packageFolder = resolve(import.meta.dirname, '../../node_modules/@sparticuz/chromium')

/** Where the browser is; unpacked if nobody has yet. */
export async function chromiumFiles(): Promise<ChromiumFiles> {
  const own = process.env.CHROMIUM_PATH
  if (own) return { path: own, env: {} }
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const folder = resolve(packageFolder, '../../.cache', `chromium-${version}`)
  if (!existsSync(folder)) await unpack(folder)
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
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
  await writeFile(
    join(half, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>\n`,
  )
  await rename(half, folder).catch(() => rm(half, { recursive: true, force: true }))
}
