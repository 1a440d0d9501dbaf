// Databases of one's own on a PostgreSQL server.
import pg from 'pg'

export type ServerDatabase = { readonly url: string; drop(): Promise<void> }

/** Creates a database on the server of `serverUrl`, as a copy of `template` where one is named. */
export async function createOnServer(serverUrl: string, name: string, template?: string): Promise<ServerDatabase> {
  await onServer(serverUrl, `create database ${name}${template === undefined ? '' : ` template ${template}`}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(serverUrl, `drop database ${name} with (force)`) }
}

/** The same for a test, which need not wait until what it does is on the disk: nothing of it has to outlive a crash. */
export async function createForTests(serverUrl: string, name: string, template?: string): Promise<ServerDatabase> {
  const created = await createOnServer(serverUrl, name, template)
  await onServer(serverUrl, `alter database ${name} set synchronous_commit = off`)
  return created
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
