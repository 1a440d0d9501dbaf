// The one place for colours, type and measures. Every colour is inline for light mode and has a class of the
// same name, which the style sheet repaints where the reader's client says that it is dark.
import type { CSSProperties } from 'react'
import type { Look } from './digest-props.ts'

/** The greys, which are the same for every publisher. */
export const light = {
  page: '#e9ebee',
  sheet: '#ffffff',
  panel: '#f3f4f6',
  ink: '#15181c',
  body: '#34393f',
  muted: '#565d66',
  rule: '#d0d4d9',
} as const

export type Grey = keyof typeof light

export const dark: Record<Grey, string> = {
  page: '#0e1013',
  sheet: '#171a1e',
  panel: '#1f2328',
  ink: '#f1f3f5',
  body: '#d3d8dd',
  muted: '#a6adb5',
  rule: '#3b4149',
}

/** `brand` is for what has no letters on it; `plate` lies under a logo. */
export type Tone = Grey | 'accent' | 'brand' | 'plate' | 'button' | 'onButton'

type Paints = Readonly<Record<Tone, string>>

/** All colours of a mail with this look. */
export function paintsOf({ brand, accent, logo }: Look): { readonly light: Paints; readonly dark: Paints } {
  const onePaint = (color: string) => ({ accent: color, button: color })
  return {
    light: { ...light, ...onePaint(accent.light), brand, plate: light.sheet, onButton: '#ffffff' },
    dark: {
      ...{ ...dark, ...onePaint(accent.dark), brand: accent.dark, onButton: dark.page },
      // A logo that was made for paper alone keeps a piece of it.
      plate: logo?.darkUrl ? dark.sheet : light.sheet,
    },
  }
}

export const serif = "Georgia, 'Times New Roman', serif"
export const sans = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

/** Outlook on Windows takes widths from attributes, in pixels. */
export const mailWidth = 600
export const gutter = 32
export const leadImageWidth = mailWidth - 2 * gutter
export const thumbnailWidth = 144
/** A picture that would stand higher than this is shown narrower. */
export const leadImageHeight = 400
/** What is as wide as this, like the 480 pixels of many a video's picture, is shown up to a seventh larger, over the full width. */
export const nearlyFullWidth = (7 / 8) * leadImageWidth
/** What is narrower stands beside the words. */
export const leastLeadImageWidth = 300

/** Which colours are used for what; the sheet repaints these. */
const uses = {
  text: { property: 'color', tones: ['ink', 'body', 'muted', 'accent', 'onButton'] },
  fill: { property: 'background-color', tones: ['page', 'sheet', 'panel', 'brand', 'plate', 'button'] },
  line: { property: 'border-color', tones: ['ink', 'rule'] },
} as const satisfies Record<string, { property: string; tones: readonly Tone[] }>

type Uses = typeof uses
type Paint<T extends Tone> = { [U in keyof Uses]?: Extract<Uses[U]['tones'][number], T> }

export type TextTone = Uses['text']['tones'][number]
export type LineTone = Uses['line']['tones'][number]

export type PaintProps = { className: string; style: CSSProperties }

export const painter =
  <T extends Tone>(paints: Readonly<Record<T, string>>) =>
  (tones: Paint<T>, style: CSSProperties = {}, className = ''): PaintProps => {
    const names = Object.entries(tones).map(([use, tone]) => `${use}-${tone}`)
    return {
      className: [...names, className].filter(Boolean).join(' '),
      style: {
        ...(tones.text && { color: paints[tones.text as T] }),
        ...(tones.fill && { backgroundColor: paints[tones.fill as T] }),
        ...(tones.line && { borderColor: paints[tones.line as T] }),
        ...style,
      },
    }
  }

/** As {@link painter}, for what is grey with every publisher. */
export const paint = painter<Grey>(light)

/** Dark mode and small screens. All that matters is inline: many clients drop this sheet. */
export function styleSheet(look: Look): string {
  const paints = paintsOf(look).dark
  const repaint = Object.entries(uses).flatMap(([use, { property, tones }]) =>
    tones.map((tone) => `.${use}-${tone}{${property}:${paints[tone]}!important}`),
  )
  return `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:520px){
.gutter{padding-left:20px!important;padding-right:20px!important}
.lead-title{font-size:26px!important}
.masthead{font-size:34px!important}
.lead-title-long{font-size:21px!important}
.thumbnail{width:104px!important}
.thumbnail-cell{width:104px!important}
}
@media (prefers-color-scheme:dark){
${repaint.join('\n')}
}
`
}
