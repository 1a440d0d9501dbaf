// What has no glyph is a gap in a picture, and nobody sees how it would look.
import { expect, it } from 'vitest'
import { testBrowser } from './browser.ts'

const browser = testBrowser()
/** Nobody has a glyph for it, nor ever will: U+FFFE is no character. */
const nothing = '\ufffe'

it.each(['A', 'ß', 'Ω', 'Ж', 'ש', 'ع', '日', 'の', '闻', '聞', '🏆', '👩‍👩‍👧‍👦', '–', '·', '’', '→'])(
  'the browser of the tests can draw %s',
  async (letter) => {
    const page = await browser.open({ width: 360, scripts: true, colorScheme: 'light' })
    const draw = (text: string) =>
      page.evaluate((one) => {
        const canvas = document.createElement('canvas')
        const context = canvas.getContext('2d')
        if (!context) return 'no canvas'
        context.font = '48px Georgia, serif'
        context.fillText(one, 20, 80)
        return canvas.toDataURL()
      }, text)
    expect(await draw(nothing)).toBe(await draw(nothing))
    expect(await draw(letter)).not.toBe(await draw(nothing))
    expect(await draw(letter)).not.toBe(await draw(''))
  },
)
