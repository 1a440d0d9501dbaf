import { sql } from 'kysely'

/** Of the newsletter `n`: whether it was added first, and so is the one that is meant where none is named. */
export const isFirstNewsletter = sql<boolean>`n.id = (select min(id) from newsletters)`
