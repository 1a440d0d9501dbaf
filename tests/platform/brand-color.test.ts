import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dark, light } from '../../emails/components/theme.ts'
import { accentOf } from '../../src/platform/brand-color.ts'
import { stylesFor } from '../../src/web/styles.ts'
import { contrastOf, type Seen } from '../emails/contrast.ts'
import { invertedWhereLight, invertedWholly } from '../emails/inversion.ts'

const hex = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`)

/** The grounds that the style sheet of the pages has, in light and in dark. */
const [pagesInLight = [], pagesInDark = []] = stylesFor({
  ...{ brand: '#000000', accent: { light: '#000000', dark: '#ffffff' }, logo: undefined, headlines: 'serif' },
})
  .split('\n')
  .filter((line) => line.includes('--paper:'))
  .map((line) => ['paper', 'field', 'note'].map((name) => new RegExp(`--${name}: (#\\w+)`).exec(line)?.[1] ?? ''))

const six = (color: string) => (color.length === 4 ? color.replace(/\w/g, '$&$&') : color)
const mailsIn = ({ page, sheet, panel }: typeof light | typeof dark) => [page, sheet, panel]
const inLight = [...mailsIn(light), ...pagesInLight].map(six)
const inDark = [...mailsIn(dark), ...pagesInDark].map(six)

const faint = (texts: Seen[]) => texts.filter(({ color, background }) => contrastOf(color, background) < 4.5)

function faintOf({ light: onPaper, dark: atNight }: { light: string; dark: string }) {
  const on = (ground: string) => ({ text: 'x', color: onPaper, background: ground })
  const button = { text: 'x', color: '#ffffff', background: onPaper }
  // Pages have a dark mode of their own, which browsers respect.
  const turned = [...mailsIn(light).map(on), button]
  const night = inDark.map((background) => ({ text: 'x', color: atNight, background }))
  const nightButtons = [dark.page, '#1c1b19'].map((color) => ({ text: 'x', color, background: atNight }))
  return faint([
    ...inLight.map(on),
    button,
    ...invertedWholly(turned),
    ...invertedWhereLight(turned),
    ...night,
    ...nightButtons,
  ])
}

describe('the colour of a brand', () => {
  it('is looked at on every ground', () => {
    expect(inLight).toEqual(expect.arrayContaining(['#e9ebee', '#fdfcf9', '#f4efe4']))
    expect(inDark).toEqual(expect.arrayContaining(['#1f2328', '#24221e']))
  })

  it('reads on every ground, whichever it is: light, dark, and turned around by a client', () => {
    fc.assert(
      fc.property(hex, hex, (brand, darkBrand) => {
        expect(faintOf(accentOf(brand, darkBrand))).toEqual([])
        expect(faintOf(accentOf(brand))).toEqual([])
      }),
    )
  })

  it.each([
    ['stays where it reads', '#0a2463', { light: '#0a2463', dark: '#5b86ee' }],
    ['is darkened', '#ffd400', { light: '#7a6600', dark: '#ffd400' }],
    ['is darkened where an inversion would leave it dark on dark', '#0000ff', { light: '#000091', dark: '#7d7dff' }],
    ['is a grey where it is white', '#ffffff', { light: '#666666', dark: '#ffffff' }],
  ])('%s: %s', (_, brand, accent) => {
    expect(accentOf(brand)).toEqual(accent)
  })
})
