// "Did you mean …?" for addresses whose domain looks like a slip of the keyboard. Only a hint: nothing is refused for it.
import type { Address } from './address.ts'

/** Mailbox providers that readers use most, with names so long that a slip is more likely than another domain. */
const guessedByName = [
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'icloud.com', 'protonmail.com', 'fastmail.com', 'rocketmail.com'],
  ...['hotmail.com', 'hotmail.co.uk', 'hotmail.de', 'hotmail.fr', 'hotmail.it', 'hotmail.es'],
  ...['yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'yahoo.it', 'yahoo.es', 'yahoo.ca', 'yahoo.com.br'],
  ...['yahoo.co.in', 'outlook.de', 'outlook.fr'],
  ...['t-online.de', 'freenet.de', 'posteo.de', 'mailbox.org', 'orange.fr', 'wanadoo.fr', 'laposte.net', 'libero.it'],
  ...['virgilio.it', 'bluewin.ch', 'btinternet.com', 'ntlworld.com', 'talktalk.net', 'comcast.net', 'verizon.net'],
  ...['sbcglobal.net', 'bellsouth.net', 'earthlink.net', 'bigpond.com', 'optusnet.com.au', 'ziggo.nl', 'telenet.be'],
]

/** Providers whose names are too short to guess at, or a slip away from another's: only the end of these is guessed. */
const guessedByEnd = [
  ...['aol.com', 'gmx.com', 'gmx.net', 'live.com', 'mac.com', 'me.com', 'msn.com', 'hey.com', 'mail.com', 'email.com'],
  ...['ymail.com', 'jmail.com', 'cloud.com'],
]

/**
 * The address that was probably meant, where a domain is one slip away from a large provider's in its name, in its .com,
 * .net or .org, or in both (`gamil.con`). Goes by the spelling alone: it says nothing about whether an address exists.
 */
export function suggestAddress({ email }: Address): string | undefined {
  const at = email.lastIndexOf('@')
  const domain = email.slice(at + 1)
  if (guessedByName.includes(domain) || guessedByEnd.includes(domain)) return undefined
  const meant = [
    ...guessedByName.map((provider) => ({ provider, slips: slipsBetween(domain, provider, 1) })),
    ...guessedByEnd.map((provider) => ({ provider, slips: slipsBetween(domain, provider, 0) })),
  ]
    .filter(({ slips }) => Number.isFinite(slips))
    .sort((a, b) => a.slips - b.slips)[0]
  return meant && `${email.slice(0, at)}@${meant.provider}`
}

/** How many slips lead from a provider's domain to this one: so many in its name, one in an end that is often mistyped; else infinite. */
function slipsBetween(domain: string, provider: string, mostInName: number): number {
  // Most are far off, and a domain can be long.
  if (Math.abs(domain.length - provider.length) > mostInName + 1) return Number.POSITIVE_INFINITY
  const [name, end] = splitDomain(domain)
  const [providerName, providerEnd] = splitDomain(provider)
  const inName = editDistance(name, providerName)
  const inEnd = editDistance(end, providerEnd)
  const mostInEnd = ['com', 'net', 'org'].includes(providerEnd) ? 1 : 0
  return inName <= mostInName && inEnd <= mostInEnd ? inName + inEnd : Number.POSITIVE_INFINITY
}

function splitDomain(domain: string): readonly [name: string, end: string] {
  const dot = domain.indexOf('.')
  return [domain.slice(0, dot), domain.slice(dot + 1)]
}

/** Damerau and Levenshtein's distance (optimal string alignment): insertions, deletions, replacements, swapped neighbours. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}
