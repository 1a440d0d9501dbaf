// What an option's text has to be. What it is not is told in one line.
import { InvalidArgumentError } from 'commander'

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It is a whole number from ${minimum} to ${maximum}.`)
    }
    return value
  }
}

/** Some of the names, with commas between them. */
export function someOf<Name extends string>(names: readonly Name[]): (text: string) => Name[] {
  const isName = (text: string): text is Name => names.some((name) => name === text)
  return (text) =>
    text.split(',').map((name) => {
      if (!isName(name)) throw new InvalidArgumentError(`They are ${names.join(', ')}.`)
      return name
    })
}

/** A time with its zone. */
export function instant(text: string): Date {
  const time = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError(
      'It is a time like 2026-12-01T06:00:00Z, or with another zone: 2026-12-01T07:00:00+01:00.',
    )
  }
  return time
}
