import type { DigestLinks } from './digest-props.ts'

/** Where a reader's links lead, with their tokens or with the marks that stand for them. */
export function digestLinks(
  publicUrl: string,
  { preferencesToken, unsubscribeToken }: { readonly preferencesToken: string; readonly unsubscribeToken: string },
): DigestLinks {
  const preferences = `${publicUrl}/preferences/${preferencesToken}`
  return {
    preferences,
    unsubscribe: `${publicUrl}/unsubscribe/${unsubscribeToken}`,
    weekly: `${preferences}?frequency=weekly`,
    daily: `${preferences}?frequency=daily`,
    pauseTwoWeeks: `${preferences}?pauseDays=14`,
    fewerOf: (topicSlug) => `${preferences}?without=${encodeURIComponent(topicSlug)}`,
  }
}
