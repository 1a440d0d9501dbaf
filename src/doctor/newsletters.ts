// Whether what readers get has a name of its own.
import { sql } from 'kysely'
import { ok, type RowCheck, warning } from './check.ts'
import { some } from './words.ts'

/** As the first migration names it. */
const newInstallations = 'Newsmatro'

export const newslettersCheck: RowCheck = {
  name: 'newsletters',
  since: '2026-11-23-first',
  async look({ config }, trx) {
    const { rows } = await sql<{ slug: string; name: string }>`select slug, name from newsletters order by id`.execute(
      trx,
    )
    const unnamed = rows.find(({ name }) => name === newInstallations)
    if (config.resend && unnamed && config.branding.publisherName !== newInstallations) {
      return warning(
        `${unnamed.slug} is still named ${newInstallations}, as a new installation’s is`,
        `newsmatro newsletters set ${unnamed.slug} --name … --language …; or, where that is its name, PUBLISHER_NAME=${newInstallations}.`,
      )
    }
    return ok(some(rows.map(({ name }) => name)))
  },
}
