// A publisher's colour where letters are set in it, or on it: moved as far as it has to be, so that they can be read.

/** WCAG 2.2, 1.4.3 asks for 4.5:1 for text of any size. A little more: who turns colours around also rounds them. */
const leastContrast = 4.6

/** The grounds that are hardest to stand out from: of the mails (emails/components/theme.ts) and the pages (src/web/styles.ts). */
const darkestLightGround = '#e9ebee'
const lightestDarkGround = '#24221e'

export type Accent = { readonly light: string; readonly dark: string }

/**
 * The colour for letters in light and in dark mode: that of the brand where it reads, else the nearest of its hue and
 * saturation that does. White on the first and near-black on the second then read as well. Takes `#rrggbb`.
 */
export function accentOf(brand: string, darkBrand = brand): Accent {
  return {
    light: moved(brand, -1, (color) => reads(color, darkestLightGround) && readsTurned(color)),
    dark: moved(darkBrand, 1, (color) => reads(color, lightestDarkGround)),
  }
}

/** Also after a client has made a dark mail of a light one by itself: of all its colours, or of the dark ones on light grounds. */
const readsTurned = (color: string) => hslOf(color).lightness < 0.5 && reads(turned(color), turned(darkestLightGround))

const steps = 100

/** The first that reads, on the way to black (-1) or to white (1), where everything does. */
function moved(color: string, direction: -1 | 1, isGood: (color: string) => boolean): string {
  const { hue, saturation, lightness } = hslOf(color)
  for (let step = 0; step <= steps; step++) {
    const moving = direction < 0 ? lightness * (1 - step / steps) : lightness + (1 - lightness) * (step / steps)
    const candidate = step === 0 ? color : hexOf(hue, saturation, moving)
    if (isGood(candidate)) return candidate
  }
  return direction < 0 ? '#000000' : '#ffffff'
}

const reads = (color: string, ground: string) => contrastOf(color, ground) >= leastContrast

/** WCAG 2.2 contrast ratio. */
function contrastOf(one: string, other: string): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** With its lightness turned around, and hue and saturation kept. */
function turned(color: string): string {
  const { hue, saturation, lightness } = hslOf(color)
  return hexOf(hue, saturation, 1 - lightness)
}

/** Each from 0 to 1. */
const channelsOf = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)

function hslOf(color: string): { hue: number; saturation: number; lightness: number } {
  const [red = 0, green = 0, blue = 0] = channelsOf(color)
  const most = Math.max(red, green, blue)
  const least = Math.min(red, green, blue)
  const chroma = most - least
  const lightness = (most + least) / 2
  if (chroma === 0) return { hue: 0, saturation: 0, lightness }
  const sector =
    most === red
      ? ((green - blue) / chroma + 6) % 6
      : most === green
        ? (blue - red) / chroma + 2
        : (red - green) / chroma + 4
  return { hue: sector * 60, saturation: chroma / (1 - Math.abs(2 * lightness - 1)), lightness }
}

function hexOf(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number) => {
    const at = (offset + hue / 30) % 12
    const value = lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}
