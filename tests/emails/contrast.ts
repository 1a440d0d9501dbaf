// What a reader sees: each text's colour on its background, in light mode from the inline styles, in dark mode from
// the classes that the style sheet repaints.
import { all, type Document, DomUtils, type Element, isElement, ownText } from './support.ts'

export type Seen = { text: string; color: string; background: string }

type Painted = { color?: string; background?: string }

export function textsOf(document: Document, mode: 'light' | 'dark'): Seen[] {
  const [body] = all(document, 'body')
  if (!body) throw new Error('no body')
  const seen: Seen[] = []
  const sheet = DomUtils.textContent(all(document, 'style'))
  const visit = (element: Element, inherited: Painted) => {
    const own = {
      ...inherited,
      ...(mode === 'light' ? inlineOf(element) : { ...inlineOf(element), ...darkOf(element, sheet) }),
    }
    for (const child of element.children) {
      if (isElement(child)) visit(child, own)
      else if (ownText(child))
        // Unpainted is black on white.
        seen.push({ text: ownText(child), color: own.color ?? '#000000', background: own.background ?? '#ffffff' })
    }
  }
  visit(body, {})
  return seen
}

function inlineOf(element: Element): Painted {
  const style = DomUtils.getAttributeValue(element, 'style') ?? ''
  const color = /(?:^|;)color:([^;]+)/.exec(style)?.[1]
  const background = /(?:^|;)background-color:([^;]+)/.exec(style)?.[1]
  return { ...(color && { color }), ...(background && { background }) }
}

function darkOf(element: Element, sheet: string): Painted {
  const classes = DomUtils.getAttributeValue(element, 'class') ?? ''
  const repainted = (use: string) => {
    const name = new RegExp(`(?:^| )(${use}-\\w+)`).exec(classes)?.[1]
    return name && new RegExp(`\\.${name}\\{[a-z-]+:(#[0-9a-f]{6})!important\\}`).exec(sheet)?.[1]
  }
  const [color, background] = [repainted('text'), repainted('fill')]
  return { ...(color && { color }), ...(background && { background }) }
}

/** WCAG 2.2 contrast ratio of two #rrggbb colours. */
export function contrastOf(one: string, other: string): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminanceOf(color: string): number {
  const channels = /^#(..)(..)(..)$/.exec(color)?.slice(1)
  if (!channels) throw new Error(`not a colour: ${color}`)
  const [red = 0, green = 0, blue = 0] = channels.map((hex) => {
    const value = Number.parseInt(hex, 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
