// The static registry: in order, by name, importable where there is no file system.
import type { Migration } from 'kysely/migration'
import * as first from './2026-11-23-first.ts'
import * as webhooks from './2026-11-24-webhooks.ts'
import * as providerLimits from './2026-11-25-provider-limits.ts'
import * as cheaperMessages from './2026-11-26-cheaper-messages.ts'
import * as newestSuppressions from './2026-11-26-newest-suppressions.ts'
import * as unknownBatches from './2026-11-26-unknown-batches.ts'
import * as liftedSuppressions from './2026-11-27-lifted-suppressions.ts'
import * as signUpLimits from './2026-11-28-sign-up-limits.ts'
import * as preferenceCenter from './2026-11-29-preference-center.ts'
import * as inboundMail from './2026-12-01-inbound-mail.ts'
import * as preferencePage from './2026-12-02-preference-page.ts'
import * as unconfirmed from './2026-12-03-unconfirmed.ts'
import * as refusals from './2026-12-04-refusals.ts'
import * as leftAddresses from './2026-12-05-left-addresses.ts'
import * as batchAccounts from './2026-12-06-batch-accounts.ts'
import * as rowLocks from './2026-12-07-row-locks.ts'
import * as leftAs from './2026-12-08-left-as.ts'
import * as timeZones from './2026-12-09-time-zones.ts'
import * as preferencesOf from './2026-12-10-preferences-of.ts'
import * as archive from './2026-12-11-archive.ts'
import * as newsroom from './2026-12-12-newsroom.ts'
import * as languages from './2026-12-13-languages.ts'
import * as alreadySubscribed from './2026-12-14-already-subscribed.ts'
import * as welcomes from './2026-12-15-welcomes.ts'
import * as corrections from './2026-12-18-corrections.ts'
import * as selection from './2026-12-19-selection.ts'
import * as searchText from './2026-12-20-search-text.ts'
import * as welcomesAnew from './2026-12-21-welcomes-anew.ts'
import * as pictureSizes from './2026-12-23-picture-sizes.ts'
import * as newsletterDescriptions from './2026-12-24-newsletter-descriptions.ts'

export const migrations: Record<string, Migration> = {
  '2026-11-23-first': first,
  '2026-11-24-webhooks': webhooks,
  '2026-11-25-provider-limits': providerLimits,
  '2026-11-26-cheaper-messages': cheaperMessages,
  '2026-11-26-newest-suppressions': newestSuppressions,
  '2026-11-26-unknown-batches': unknownBatches,
  '2026-11-27-lifted-suppressions': liftedSuppressions,
  '2026-11-28-sign-up-limits': signUpLimits,
  '2026-11-29-preference-center': preferenceCenter,
  '2026-12-01-inbound-mail': inboundMail,
  '2026-12-02-preference-page': preferencePage,
  '2026-12-03-unconfirmed': unconfirmed,
  '2026-12-04-refusals': refusals,
  '2026-12-05-left-addresses': leftAddresses,
  '2026-12-06-batch-accounts': batchAccounts,
  '2026-12-07-row-locks': rowLocks,
  '2026-12-08-left-as': leftAs,
  '2026-12-09-time-zones': timeZones,
  '2026-12-10-preferences-of': preferencesOf,
  '2026-12-11-archive': archive,
  '2026-12-12-newsroom': newsroom,
  '2026-12-13-languages': languages,
  '2026-12-14-already-subscribed': alreadySubscribed,
  '2026-12-15-welcomes': welcomes,
  '2026-12-18-corrections': corrections,
  '2026-12-19-selection': selection,
  '2026-12-20-search-text': searchText,
  '2026-12-21-welcomes-anew': welcomesAnew,
  '2026-12-23-picture-sizes': pictureSizes,
  '2026-12-24-newsletter-descriptions': newsletterDescriptions,
}
