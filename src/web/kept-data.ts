// What is kept of readers, why and for how long, by the numbers that the code goes by. Told on /privacy.
import { eventsKeptDays } from '../delivery/forget-events.ts'
import { mailsKeptDays } from '../inbound/forget-mails.ts'
import type { Config } from '../platform/config.ts'
import { addressChangeHours } from '../subscriptions/change-address.ts'
import { confirmationHours } from '../subscriptions/confirmations.ts'
import type { Messages } from '../subscriptions/languages.ts'
import { undoHours } from '../subscriptions/unsubscribe.ts'

// What src/subscriptions does; tests/web/privacy.test.ts sees that it is so.
const unconfirmedDays = 31
const triesMinutes = 60

/** By Resend, of the mails that it delivers and receives, on its usual plans. */
export const resendKeptDays = 30

export type Kept = { readonly what: string; readonly why: string; readonly howLong: string }

export function keptData({ inboundDomain }: Config, say: Messages['site']['privacy']): Kept[] {
  const { data, untilErased, forGood } = say
  const days = (count: number) => say.days({ count })
  const hours = (count: number) => say.hours({ count })
  return [
    {
      what: data.choices,
      why: data.choicesWhy,
      howLong: data.choicesKept({ period: days(unconfirmedDays), time: hours(confirmationHours) }),
    },
    { what: data.consent, why: data.consentWhy, howLong: untilErased },
    { what: data.digests, why: data.digestsWhy, howLong: untilErased },
    { what: data.reports, why: data.reportsWhy, howLong: days(eventsKeptDays) },
    {
      what: data.newAddress,
      why: data.newAddressWhy,
      howLong: data.newAddressKept({ period: days(unconfirmedDays), time: hours(addressChangeHours) }),
    },
    { what: data.left, why: data.leftWhy({ time: hours(undoHours) }), howLong: untilErased },
    { what: data.tries, why: data.triesWhy, howLong: say.minutes({ count: triesMinutes }) },
    ...(inboundDomain === undefined
      ? []
      : [
          {
            what: data.written({ address: inboundDomain }),
            why: data.writtenWhy,
            howLong: days(mailsKeptDays),
          },
        ]),
    { what: data.erased, why: data.erasedWhy, howLong: forGood },
  ]
}
