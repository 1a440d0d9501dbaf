// Where mails lead those who want to read on.
import type { Config } from '../platform/config.ts'
import { type Finding, ok, warning } from './check.ts'

export function judgePublisherSite({ resend, branding, publicUrl }: Config): Finding {
  if (branding.siteUrl !== undefined) return ok(branding.siteUrl)
  if (!resend) return ok('none: there is no SITE_URL')
  return warning(
    `SITE_URL is not set: the footers lead to ${publicUrl}, and “14 more stories” is no link`,
    'Set it to the address where the stories are, like https://www.example.com/.',
  )
}
