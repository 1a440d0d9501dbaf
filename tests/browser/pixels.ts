// The contrast of a text as it is painted: where a browser changes colours by itself, no style tells them.
import type { Page } from 'playwright-core'

/** The texts whose darkest and lightest pixels have a contrast under 4.5:1. `darkGround`: and those that are not on a dark one. */
export async function faintTexts(page: Page, { darkGround }: { darkGround: boolean }): Promise<string[]> {
  // On a screen as tall as the mail: what is below is not painted anew when the colours change.
  const width = page.viewportSize()?.width ?? 640
  await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) })
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))))
  const picture = (await page.screenshot()).toString('base64')
  return page.evaluate(
    async ({ picture, darkGround }) => {
      // Not fetched: the page has no network.
      const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
      const context = canvas.getContext('2d', { willReadFrequently: true })
      if (!context) throw new Error('no canvas')
      context.drawImage(bitmap, 0, 0)
      const scale = bitmap.width / document.documentElement.clientWidth
      const channel = (value: number) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4)
      const found: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent?.trim()
        if (!text || /^[^\p{L}\p{N}]+$/u.test(text)) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        const [box] = range.getClientRects()
        if (!box || box.width < 1) continue
        const { data } = context.getImageData(
          box.x * scale,
          (box.y + scrollY) * scale,
          box.width * scale,
          box.height * scale,
        )
        const counts = new Map<number, number>()
        for (let at = 0; at < data.length; at += 4) {
          const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3)
          const luminance = 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
          const rounded = Math.round(luminance * 1e4) / 1e4
          counts.set(rounded, (counts.get(rounded) ?? 0) + 1)
        }
        const ground = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0]
        const contrasts = [...counts.keys()].map(
          (one) => (Math.max(one, ground) + 0.05) / (Math.min(one, ground) + 0.05),
        )
        const best = Math.max(...contrasts)
        if (best < 4.5 || (darkGround && ground > 0.2))
          found.push(`${text.slice(0, 60)}: ${best.toFixed(2)}, ground ${ground}`)
      }
      return found
    },
    { picture, darkGround },
  )
}
