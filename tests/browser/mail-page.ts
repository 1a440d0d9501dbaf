// A mail on a page of Chromium, with the sample pictures out of emails/static: no network.
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { samplePictures } from '../emails/every-mail.ts'

const pictures = resolve(import.meta.dirname, '../../emails/static')

/** Shows a mail. With `pictures: false`, as a client does that loads none. */
export async function showMail(page: Page, html: string, { pictures: shown = true } = {}): Promise<void> {
  await page.unrouteAll()
  await page.route('**/*', async (route) => {
    const url = route.request().url()
    if (!shown || !url.startsWith(samplePictures)) return route.abort()
    const body = await readFile(resolve(pictures, basename(url)))
    return route.fulfill({ contentType: url.endsWith('.png') ? 'image/png' : 'image/jpeg', body })
  })
  await page.setContent(html, { waitUntil: 'load' })
}
