// The picture that stands for the site where somebody quotes it: the front page of a paper on the publisher's colour, without a
// word, as one is quoted in any language.

/** In pixels. */
export const pictureSize = { width: 1200, height: 630 }

// Four pixels of two bits are an octet, so whatever is drawn begins and ends at a multiple of 4 across.
const [ground, sheet, ink, line] = [0, 1, 2, 3]
const laterColours = [0xfd, 0xfc, 0xf9, 0x1c, 0x1b, 0x19, 0xd9, 0xd4, 0xca]
const lineOctets = pictureSize.width / 4

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

type Box = readonly [left: number, top: number, width: number, height: number, colour: number]

const columns = [400, 540, 680]
const boxes: readonly Box[] = [
  [0, 0, 1200, 630, ground],
  [356, 60, 488, 570, line],
  [360, 64, 480, 566, sheet],
  [480, 100, 240, 40, ink],
  [400, 158, 400, 3, ink],
  [400, 164, 400, 3, ink],
  [400, 190, 400, 190, ground],
  [416, 404, 368, 24, ink],
  [464, 440, 272, 24, ink],
  ...columns.flatMap((left) => [490, 512, 534, 556, 578, 600, 622].map((top): Box => [left, top, 120, 8, line])),
]

/** PNG of {@link pictureSize} on the colour, `#rrggbb`. */
export async function ownPicture(brand: string): Promise<Uint8Array<ArrayBuffer>> {
  // Each line begins with an octet that says how it is filtered: not at all.
  const lines = new Uint8Array((1 + lineOctets) * pictureSize.height)
  for (const [left, top, width, height, colour] of boxes) {
    for (let y = top; y < top + height; y++) {
      const begin = y * (1 + lineOctets) + 1 + left / 4
      lines.fill(colour * 0b01010101, begin, begin + width / 4)
    }
  }
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, pictureSize.width)
  header.setUint32(4, pictureSize.height)
  // Two bits a pixel, each a number in the palette.
  header.setUint16(8, 0x0203)
  const brandColour = [1, 3, 5].map((at) => Number.parseInt(brand.slice(at, at + 2), 16))
  const chunks = await Promise.all([
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('PLTE', Uint8Array.from([...brandColour, ...laterColours])),
    chunk('IDAT', await deflated(lines)),
    chunk('IEND', new Uint8Array()),
  ])
  return new Uint8Array(await new Blob([signature, ...chunks]).arrayBuffer())
}

/** As PNG has its parts: how long, the name, the content, and what checks both. */
async function chunk(name: string, content: Uint8Array<ArrayBuffer>): Promise<Blob> {
  const checked = new Blob([name, content])
  const numbers = new DataView(new ArrayBuffer(8))
  numbers.setUint32(0, content.length)
  numbers.setUint32(4, crc32(new Uint8Array(await checked.arrayBuffer())))
  return new Blob([numbers.buffer.slice(0, 4), checked, numbers.buffer.slice(4)])
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
