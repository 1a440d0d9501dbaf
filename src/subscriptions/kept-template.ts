import type { MailTemplate } from '../delivery/mail-template.ts'
import type { Context } from '../platform/context.ts'
import { perContext } from '../platform/per-context.ts'

const keptIn = perContext<string, MailTemplate>()

/** A mail that is the same for everyone but for the link, so it is rendered once. `named` tells it from all others. */
export async function keptTemplate(
  context: Context,
  named: readonly string[],
  render: () => Promise<MailTemplate>,
): Promise<MailTemplate> {
  const kept = keptIn(context)
  const key = JSON.stringify(named)
  const template = kept.get(key) ?? (await render())
  kept.set(key, template)
  return template
}
