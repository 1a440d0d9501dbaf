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

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
