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

const { folder, only, scale } = new Command('emails:pictures')
  .description('Makes a picture of every mail in every shape it takes.')
  .option('--folder <path>', 'where to put them', 'dist/emails-pictures')
  .option('--only <text>', 'only mails with this in their name', '')
  .option('--scale <number>', 'pixels of the picture for one of the mail', Number, 1)
  .parse()
  .opts<{ folder: string; only: string; scale: number }>()

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
    }
    await context.close()
  }
} finally {
  await browser.close()
}
process.stdout.write(`${mails.length * Object.keys(views).length} pictures in ${folder}\n`)
