// Ways to break what the service promises, each by a few words in its source. The simulation has to notice every one.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are pieces of source

export type Mutation = {
  /** What is broken on purpose. */
  readonly name: string
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
}

const edit = (file: string, from: string, to: string) => ({ file, from, to })

export const mutations: readonly Mutation[] = [
  {
    name: 'each retry has a key of its own',
    edits: [
      edit(
        'src/delivery/send-messages.ts',
        'payloads, batch.idempotencyKey)',
        `payloads, \`\${batch.idempotencyKey}/\${batch.fence}\`)`,
      ),
    ],
  },
  {
    name: 'an ambiguous answer counts as a refusal',
    edits: [
      edit(
        'src/delivery/provider.ts',
        "status < 400 || status === 408) return { kind: 'ambiguous', reason }",
        "status < 400 || status === 408) return refused('later')",
      ),
    ],
  },
  {
    name: 'a refusal of a retry counts for the first try too',
    edits: [edit('src/delivery/send-messages.ts', "batch.isTried && answer.kind === 'refused'", 'false')],
  },
  {
    name: 'an answer that does not add up counts as accepted',
    edits: [edit('src/delivery/provider.ts', 'if (!wellFormed) {', 'if (ids.length > messageCount) {')],
  },
  {
    name: 'ids are matched without regard to what was refused in between',
    edits: [edit('src/delivery/provider.ts', "ids[next++] ?? ''", "ids[index] ?? ids[next++] ?? ''")],
  },
  {
    name: 'a retry signs its links with the newest key',
    edits: [
      edit(
        'src/delivery/send-messages.ts',
        "signToken(keys, keyId, 'unsubscribe'",
        "signToken(keys, keys.newestId, 'unsubscribe'",
      ),
    ],
  },
  {
    name: 'a retry has the sender that is configured now',
    edits: [
      edit(
        'src/delivery/send-messages.ts',
        'return fillTemplate(template,',
        'return fillTemplate({ ...template, from: context.config.mailFrom },',
      ),
    ],
  },
  {
    name: 'a batch may change its order between two tries',
    edits: [edit('src/delivery/claim-batch.ts', 'return toMessages(rows)\n', 'return toMessages(rows).reverse()\n')],
  },
  {
    name: 'the key is trusted for longer than the provider keeps it',
    edits: [edit('src/delivery/claim-batch.ts', 'const keyLifetimeHours = 23', 'const keyLifetimeHours = 47')],
  },
  {
    name: 'what is unknown is sent again',
    edits: [
      edit(
        'src/delivery/claim-batch.ts',
        "set state = 'unknown', reason = 'no answer while the provider remembered the key', settled_at = ${now}",
        "set state = 'pending', batch_id = null, batch_position = null",
      ),
    ],
  },
  {
    name: 'settling does not check the fence',
    edits: [
      edit('src/delivery/settle-batch.ts', 'id = ${batch.id} and fence = ${batch.fence} and', 'id = ${batch.id} and'),
    ],
  },
  {
    name: 'neither begin nor settling checks fence and state',
    edits: [
      edit(
        'src/delivery/settle-batch.ts',
        "id = ${batch.id} and fence = ${batch.fence} and state = 'sending'",
        'id = ${batch.id}',
      ),
      edit(
        'src/delivery/begin-batch.ts',
        "fence = ${batch.fence} and state = 'sending' and lease_until > ${now}",
        'true',
      ),
    ],
  },
  {
    name: 'a batch that was given up can be begun',
    edits: [
      edit(
        'src/delivery/begin-batch.ts',
        "fence = ${batch.fence} and state = 'sending' and lease_until > ${now}",
        'true',
      ),
    ],
  },
  {
    name: 'consent is not looked at when a try begins',
    edits: [edit('src/delivery/begin-batch.ts', ' and not exists (select from obstructed)', '')],
  },
  {
    name: 'suppressions are not looked at when a try begins',
    edits: [edit('src/delivery/begin-batch.ts', "x.email_key = ${addressKeyIn('m.to_email')}", 'false')],
  },
  {
    name: 'consent is looked at when a try begins, and not when it is claimed',
    edits: [
      edit('src/delivery/claim-batch.ts', "when s.state <> 'active' then", 'when false then'),
      edit('src/delivery/claim-batch.ts', "when s.state <> 'pending' then", 'when false then'),
    ],
  },
  {
    name: 'no try is begun: the call is made right after the claim',
    edits: [
      edit(
        'src/delivery/send-messages.ts',
        'if (!batch.isTried) {\n    const obstacle',
        'if (batch.id < 0) {\n    const obstacle',
      ),
    ],
  },
  {
    name: 'a complaint does not end the subscription',
    edits: [
      edit(
        'src/delivery/webhooks.ts',
        "set state = 'ended', ended_reason = 'complaint', ended_at = ${now}, next_digest_at = null",
        'set ended_reason = ended_reason',
      ),
    ],
  },
  {
    name: 'a hard bounce does not suppress the address',
    edits: [edit('src/delivery/webhooks.ts', "if (event.bounceKind === 'soft') return", 'return')],
  },
  {
    name: 'the cursor does not move with the message',
    edits: [
      edit(
        'src/digests/plan-slice.ts',
        'when moved.is_told then greatest(s.read_until, ${run.windowEnd}) else s.read_until end',
        'when true then s.read_until end',
      ),
    ],
  },
  {
    name: 'the cursor moves also where there was no digest',
    edits: [
      edit(
        'src/digests/plan-slice.ts',
        'when moved.is_told then greatest(s.read_until, ${run.windowEnd}) else s.read_until end',
        'when true then greatest(s.read_until, ${run.windowEnd}) end',
      ),
    ],
  },
  {
    name: 'the cursor moves past the end of the window',
    edits: [
      edit(
        'src/digests/plan-slice.ts',
        'when moved.is_told then greatest(s.read_until, ${run.windowEnd}) else s.read_until end',
        "when moved.is_told then ${run.windowEnd}::timestamptz + interval '2 hours' else s.read_until end",
      ),
    ],
  },
  {
    name: 'the cursor does not move with the welcome',
    edits: [
      edit(
        'src/digests/store-welcome.ts',
        'read_until = greatest(read_until, ${reader.windowEnd})',
        'read_until = read_until',
      ),
    ],
  },
  {
    name: 'the cursor moves also with a welcome that tells nothing',
    edits: [edit('src/digests/store-welcome.ts', 'if (told.length > 0) {', 'if (reader.windowEnd) {')],
  },
  {
    name: 'a welcome tells what a digest was planned with meanwhile',
    edits: [edit('src/digests/store-welcome.ts', 'and xmin::text = ${reader.version} for', 'for')],
  },
  {
    name: 'whether a welcome is wanted is not looked at when its try begins',
    edits: [
      edit('src/delivery/begin-batch.ts', "when 'welcome' then s.state <> 'active'", "when 'welcome' then false"),
    ],
  },
  {
    name: 'a correction leaves welcomes as they were made',
    edits: [
      edit(
        'src/articles/tell-anew.ts',
        '  await welcomeAnew(trx, articleIds)\n',
        '  if (false) await welcomeAnew(trx, articleIds)\n',
      ),
    ],
  },
  {
    name: 'a mail for each change of settings',
    edits: [edit('src/subscriptions/change-notices.ts', 'const hoursApart = 24', 'const hoursApart = 0')],
  },
  {
    name: 'an article may be stored into a window that is closed',
    edits: [
      edit(
        'src/articles/store-articles.ts',
        '(select max(window_end) from digest_runs where newsletter_id = ${newsletterId})',
        'null',
      ),
    ],
  },
  {
    name: 'a digest may be empty',
    edits: [edit('src/articles/select-articles.ts', '\n    where found.total > 0`', '`')],
  },
  {
    name: 'who is suppressed is left out without a record',
    edits: [
      edit(
        'src/digests/plan-slice.ts',
        'where c.digest_id is null\n        and not exists',
        'where c.digest_id is null and d.obstacle is null\n        and not exists',
      ),
    ],
  },
  {
    name: 'a late digest is never missed',
    edits: [edit('src/digests/plan-slice.ts', 'when ${isMissed} then', 'when ${isMissed} and false then')],
  },
  {
    name: 'a change of the hour allows a second digest on a day',
    edits: [
      edit(
        'src/subscriptions/preferences.ts',
        'greatest(last_digest_on, paused_until - 1,',
        'greatest(paused_until - 1,',
      ),
    ],
  },
  {
    name: 'a change of choices costs who is due the digest of that day',
    edits: [
      edit(
        'src/subscriptions/preferences.ts',
        'case when is_due then next_digest_at - interval',
        'case when false then next_digest_at - interval',
      ),
    ],
  },
  {
    name: 'an hour that occurs twice counts the second time',
    edits: [
      edit(
        'migrations/2026-11-23-first.ts',
        'if earlier < usual and earlier at time zone zone = wall then',
        'if false then',
      ),
    ],
  },
  {
    name: 'a pause is not heeded',
    edits: [
      edit(
        'src/subscriptions/preferences.ts',
        'greatest(last_digest_on, paused_until - 1,',
        'greatest(last_digest_on,',
      ),
    ],
  },
  {
    name: 'two confirmations in 24 hours',
    edits: [
      edit('src/subscriptions/subscribe.ts', "{ within: '24 hours', count: 1 }", "{ within: '24 hours', count: 2 }"),
    ],
  },
  {
    name: 'a subscription is active before it is confirmed',
    edits: [
      edit(
        'src/subscriptions/subscribe.ts',
        "state: 'pending',\n",
        "state: 'active', confirmed_at: new Date(0), read_until: new Date(0), next_digest_at: new Date(0),\n",
      ),
    ],
  },
  {
    name: 'an unsubscribe leaves no trace in the history of consent',
    edits: [
      edit(
        'src/subscriptions/unsubscribe.ts',
        'await recordConsent(trx,',
        'if (subscriptionId < 0) await recordConsent(trx,',
      ),
    ],
  },
  {
    name: 'the last event wins over the first',
    edits: [
      edit(
        'src/delivery/webhooks.ts',
        'least(${sql.ref(column)}, ${occurredAt}::timestamptz)',
        '${occurredAt}::timestamptz',
      ),
    ],
  },
  {
    name: 'a failure that came late undoes a delivery',
    edits: [
      edit('src/delivery/webhooks.ts', 'failed_at is not null and delivered_at is null', 'failed_at is not null'),
    ],
  },
  {
    name: 'a soft bounce replaces a hard one',
    edits: [
      edit('src/delivery/webhooks.ts', "message.bounceKind === 'hard' ? 'hard' : event.bounceKind", 'event.bounceKind'),
    ],
  },
  {
    name: 'a weaker reason replaces a stronger one',
    edits: [
      edit(
        'src/delivery/suppress.ts',
        'where array_position(${suppressionReasons}::text[], suppressions.reason) <= array_position(${suppressionReasons}::text[], excluded.reason)',
        '',
      ),
    ],
  },
  {
    name: 'an event does not settle a batch whose answer was lost',
    edits: [
      edit('src/delivery/webhooks.ts', "state in ('sending', 'submitted', 'unknown') or", "state = 'submitted' or"),
    ],
  },
  {
    name: 'one refused address fails its whole batch',
    edits: [
      edit('src/delivery/provider.ts', "batchValidation: 'permissive'", "batchValidation: 'strict'"),
      edit(
        'src/delivery/settle-batch.ts',
        "outcome.remedy === 'invalid' && batch.messages.length === 1",
        "outcome.remedy === 'invalid'",
      ),
    ],
  },
  {
    name: 'a digest that cannot be rendered stops the others',
    edits: [edit('src/digests/render-digests.ts', '] += 1\n', '] += 1\n      if (counts.failed > 0) break\n')],
  },
  {
    name: 'a process uses a signing key that it does not have',
    edits: [edit('src/delivery/send-messages.ts', 'context.keys.get(keyId) === undefined', 'keyId === undefined')],
  },
  {
    name: 'send-rest takes what may have been accepted',
    edits: [
      edit('src/delivery/control-run.ts', "(m.state = 'failed' or", "(m.state in ('failed', 'unknown', 'sending') or"),
    ],
  },
  {
    name: 'what waits goes to the address that the reader has left',
    edits: [
      edit('src/subscriptions/confirm-address.ts', "where state = 'pending' and id in (", 'where false and id in ('),
    ],
  },
  {
    name: 'what a begin refused goes to the address that the reader has left',
    edits: [
      edit(
        'src/delivery/settle-batch.ts',
        "to_email = case when kind in ('digest', 'welcome', 'preferences_changed') then ${presentAddress} else to_email end",
        'to_email = to_email',
      ),
    ],
  },
  {
    name: 'the mail of a move that was given up goes out',
    edits: [
      edit('src/subscriptions/change-address.ts', "and state = 'pending'\n", "and state = 'pending' and false\n"),
      edit('src/delivery/claim-batch.ts', '(a.stopped_at is not null or', '(false or'),
    ],
  },
  {
    name: "an operator's suppression is a weaker reason than the provider's",
    edits: [edit('src/delivery/suppress.ts', "'complaint',\n  'manual',", "'manual',\n  'complaint',")],
  },
  {
    name: 'what was claimed goes out as it was, whatever was corrected meanwhile',
    edits: [edit('src/delivery/begin-batch.ts', '${isCorrected} or case', 'case')],
  },
  {
    name: 'a correction leaves digests as they were rendered',
    edits: [
      edit(
        'src/articles/store-articles.ts',
        'if (changed.length > 0) {\n    await tellAnew',
        'if (changed.length < 0) {\n    await tellAnew',
      ),
    ],
  },
  {
    name: 'hiding and showing leave digests as they were rendered',
    edits: [
      edit(
        'src/articles/newsroom.ts',
        '  await tellAnew(trx, ids)\n  await countAnew(',
        '  if (id < 0) await countAnew(',
      ),
    ],
  },
  {
    name: 'what was corrected while it was rendered goes out as it was',
    edits: [edit('src/digests/render-digests.ts', 'if (!(await isAsRead(trx, source))) return false\n', '')],
  },
  {
    name: 'a digest tells what was hidden since it was planned',
    edits: [edit('src/digests/digest-mail.ts', 'rows.filter(({ is_hidden }) => !is_hidden)', 'rows')],
  },
  {
    name: 'who waits for a digest of which nothing is left waits on',
    edits: [edit('src/digests/render-digests.ts', 'await endWithdrawn(context, source.digest, signal)\n', '')],
  },
  {
    name: 'what is shown again is new to everybody',
    edits: [edit('src/articles/newsroom.ts', 'case when hidden_untold and available_at', 'case when available_at')],
  },
  {
    name: 'what may have been told can be held back',
    edits: [edit('src/articles/newsroom.ts', 'if (until && story.mayBeTold)', 'if (until && story.id < 0)')],
  },
  {
    name: 'what is pinned does not lead',
    edits: [edit('src/articles/rank-articles.ts', '(other.pinnedAt ?? 0) - (one.pinnedAt ?? 0)', '0')],
  },
  {
    name: 'a notice is written by who looked long ago whether it is time',
    edits: [
      edit('src/subscriptions/change-notices.ts', 'if (await postpone(context, trx, changed.id)) return false\n', ''),
    ],
  },
]
