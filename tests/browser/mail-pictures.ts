// npm run emails:pictures: what every mail looks like, on a desktop, on a phone, and in the dark.
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { everyMail } from '../emails/every-mail.ts'
import { chromiumFiles, launch } from './chromium.ts'
import { showMail } from './mail-page.ts'

const views = {
  desktop: { width: 760, colorScheme: 'light' },
  'desktop-dark': { width: 760, colorScheme: 'dark' },
  phone: { width: 375, colorScheme: 'light' },
  'phone-dark': { width: 375, colorScheme: 'dark' },
} as const

/** What the README shows, and where it is kept. */
const inReadme: Readonly<Record<string, string>> = {
  'digest.desktop': 'docs/digest.jpg',
  'digest.phone-dark': 'docs/digest-phone-dark.jpg',
}

const { folder, only, scale, readme } = new Command('emails:pictures')
  .description('Makes a picture of every mail in every shape it takes.')
  .option('--folder <path>', 'where to put them', 'dist/emails-pictures')
  .option('--only <text>', 'only mails with this in their name', '')
  .option('--scale <number>', 'pixels of the picture for one of the mail', Number, 1)
  .option('--readme', 'make those of the README anew, too', false)
  .parse()
  .opts<{ folder: string; only: string; scale: number; readme: boolean }>()

const mails = everyMail.filter(({ name }) => name.includes(only))
await mkdir(folder, { recursive: true })
const browser = await launch(await chromiumFiles())
try {
  for (const [view, { width, colorScheme }] of Object.entries(views)) {
    const context = await browser.newContext({
      viewport: { width, height: 400 },
      colorScheme,
      isMobile: width < 600,
      deviceScaleFactor: scale,
    })
    const page = await context.newPage()
    for (const { name, render } of mails) {
      await showMail(page, (await render()).html)
      await page.screenshot({ path: resolve(folder, `${name}.${view}.png`), fullPage: true })
      const kept = readme && inReadme[`${name}.${view}`]
      if (kept) await page.screenshot({ path: kept, fullPage: true, quality: 80 })
    }
    await context.close()
  }
} finally {
  await browser.close()
}
process.stdout.write(`${mails.length * Object.keys(views).length} pictures in ${folder}\n`)
