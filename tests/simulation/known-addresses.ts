// What is to be known of addresses apart from the provider's events: which an operator suppressed, and which readers want.
import type { ProviderEvent } from './provider-events.ts'
import type { Reader } from './reader.ts'

export type AddressChange = {
  readonly reader: Reader
  readonly email: string
  state: 'open' | 'stopped' | 'made'
}

export type Lift = { readonly events: readonly ProviderEvent[]; readonly at: number }

/** What operators decided, by address. */
export class KnownAddresses {
  private readonly suppressed = new Set<string>()
  private readonly lifted = new Map<string, Lift>()
  /** Addresses that were ones never to mail, at some time. */
  readonly wasSuppressed = new Set<string>()

  suppress(address: string): void {
    this.suppressed.add(address)
    this.wasSuppressed.add(address)
  }

  /** What these events said no longer counts. */
  lift(address: string, lift: Lift): void {
    this.suppressed.delete(address)
    this.lifted.set(address, lift)
  }

  isSuppressed(address: string): boolean {
    return this.suppressed.has(address)
  }

  liftOf(address: string): Lift | undefined {
    return this.lifted.get(address)
  }
}

/** Who asked for which address, by the id of the change. */
export class AddressChanges {
  readonly all = new Map<number, AddressChange>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  open(id: number, reader: Reader, email: string): void {
    this.all.set(id, { reader, email, state: 'open' })
    reader.counts.address_change_requested += 1
  }

  /** Asked for another address, or decided to stay. */
  stop(reader: Reader): boolean {
    const open = [...this.all.values()].filter((change) => change.reader === reader && change.state === 'open')
    for (const change of open) change.state = 'stopped'
    return open.length > 0
  }

  make(change: AddressChange): void {
    change.state = 'made'
    change.reader.counts.address_changed += 1
    change.reader.move(change.email, this.now())
  }
}
