// Randomness that repeats: the same seed gives the same numbers on every machine.
import { createHash } from 'node:crypto'

export class Random {
  private state: Uint32Array<ArrayBuffer>
  private readonly name: string

  constructor(name: string) {
    this.name = name
    const digest = createHash('sha256').update(name).digest()
    this.state = Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset))
    for (let i = 0; i < 12; i++) this.next()
  }

  /** A stream of its own: what one part draws does not shift what another gets. */
  fork(name: string): Random {
    return new Random(`${this.name}/${name}`)
  }

  /** In [0, 1). The generator is sfc32. */
  next(): number {
    let [a = 0, b = 0, c = 0, counter = 0] = this.state
    const sum = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0
    this.state = Uint32Array.from([a, b, c, counter])
    return sum / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number from `from` up to and including `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.between(0, list.length - 1)]
    if (one === undefined) throw new RangeError('nothing to pick from')
    return one
  }

  /** Picks by weight. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    throw new RangeError('no weights')
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.between(0, 255))
  }
}
