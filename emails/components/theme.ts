// The one place for colours, type and measures. Every colour is inline for light mode and has a class of the
// same name, which the style sheet repaints where the reader's client says that it is dark.
import type { CSSProperties } from 'react'

export const light = {
  page: '#e9ebee',
  sheet: '#ffffff',
  panel: '#f3f4f6',
  ink: '#15181c',
  body: '#34393f',
  muted: '#565d66',
  accent: '#a1182b',
  rule: '#d0d4d9',
  button: '#a1182b',
  onButton: '#ffffff',
} as const

export type Tone = keyof typeof light

export const dark: Record<Tone, string> = {
  page: '#0e1013',
  sheet: '#171a1e',
  panel: '#1f2328',
  ink: '#f1f3f5',
  body: '#d3d8dd',
  muted: '#a6adb5',
  accent: '#ff9d9d',
  rule: '#3b4149',
  button: '#ff9d9d',
  onButton: '#22080c',
}

export const serif = "Georgia, 'Times New Roman', serif"
export const sans = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

/** Outlook on Windows takes widths from attributes, in pixels. */
export const mailWidth = 600
export const gutter = 32
export const leadImageWidth = mailWidth - 2 * gutter
export const thumbnailWidth = 132

type Paint = { text?: Tone; fill?: Tone; line?: Tone }

/** The props that colour an element: inline for light mode, class names for dark mode to repaint. */
export function paint(tones: Paint, style: CSSProperties = {}, className = ''): PaintProps {
  const names = Object.entries(tones).map(([use, tone]) => `${use}-${tone}`)
  return {
    className: [...names, className].filter(Boolean).join(' '),
    style: {
      ...(tones.text && { color: light[tones.text] }),
      ...(tones.fill && { backgroundColor: light[tones.fill] }),
      ...(tones.line && { borderColor: light[tones.line] }),
      ...style,
    },
  }
}

export type PaintProps = { className: string; style: CSSProperties }

const tones = Object.keys(dark) as Tone[]
const repaint = (use: string, property: string, scope = '') =>
  tones.map((tone) => `${scope}.${use}-${tone}{${property}:${dark[tone]}!important}`).join('\n')

/** Dark mode and small screens. All that matters is inline: many clients drop this sheet. */
export const styleSheet = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:0;-webkit-text-size-adjust:100%}
@media (max-width:520px){
.gutter{padding-left:20px!important;padding-right:20px!important}
.lead-title{font-size:27px!important}
.masthead{font-size:34px!important}
.lead-title-long{font-size:21px!important}
.thumbnail{width:104px!important}
.thumbnail-cell{width:104px!important}
}
@media (prefers-color-scheme:dark){
${repaint('text', 'color')}
${repaint('fill', 'background-color')}
${repaint('line', 'border-color')}
}
${repaint('text', 'color', '[data-ogsc] ')}
${repaint('fill', 'background-color', '[data-ogsb] ')}
`
