// What clients do that make a dark mail of a light one by themselves. None of them publishes how; there are two kinds: those that
// turn the lightness of every colour around (Gmail on iOS, Outlook on Windows), and those that turn a light ground dark and a dark
// text on it light, and leave what is dark already (Gmail on Android, Outlook.com).
import type { Seen } from './contrast.ts'

export const invertedWholly = (texts: Seen[]): Seen[] =>
  texts.map(({ text, color, background }) => ({ text, color: inverted(color), background: inverted(background) }))

export const invertedWhereLight = (texts: Seen[]): Seen[] =>
  texts.map(({ text, color, background }) => {
    const isLight = lightnessOf(background) > 0.5
    return isLight
      ? { text, background: inverted(background), color: lightnessOf(color) < 0.5 ? inverted(color) : color }
      : { text, color, background }
  })

/** The colour with its lightness turned around and its hue kept. */
function inverted(color: string): string {
  const channels = channelsOf(color)
  // l becomes 1 - l; with the chroma kept, every channel moves by the same amount.
  const shift = 255 - (Math.max(...channels) + Math.min(...channels))
  return `#${channels.map((channel) => (channel + shift).toString(16).padStart(2, '0')).join('')}`
}

const lightnessOf = (color: string) => (Math.max(...channelsOf(color)) + Math.min(...channelsOf(color))) / 510

const channelsOf = (color: string) => (color.match(/[\da-f]{2}/gi) ?? []).map((hex) => Number.parseInt(hex, 16))
