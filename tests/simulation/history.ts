// What happened in a simulated world, line by line.

export type Line = {
  readonly text: string /** A step of the machinery: shown only when everything is asked for. */
  readonly isDetail: boolean
}

export class History {
  readonly lines: Line[] = []
  private readonly start: number
  private readonly now: () => number

  constructor(start: number, now: () => number) {
    this.start = start
    this.now = now
  }

  note(who: string, what: string): void {
    this.add(who, what, false)
  }

  detail(who: string, what: string): void {
    this.add(who, what, true)
  }

  text(withDetails: boolean): string {
    return this.lines
      .filter((line) => withDetails || !line.isDetail)
      .map((line) => line.text)
      .join('\n')
  }

  private add(who: string, what: string, isDetail: boolean): void {
    const elapsed = this.now() - this.start
    const days = Math.floor(elapsed / 86_400_000)
    const time = new Date(elapsed - days * 86_400_000).toISOString().slice(11, 23)
    this.lines.push({ text: `${days}d ${time}  ${who.padEnd(12)} ${what}`, isDetail })
  }
}

/** A promise that the service did not keep. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly invariant: string

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`)
    this.invariant = invariant
  }
}
