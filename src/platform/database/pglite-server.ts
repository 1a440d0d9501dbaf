// Serves PGlite to several `pg` connections. PGlite is a single session, so what belongs together must not be mixed with
// what another connection sends: all up to a Sync, and all of a transaction, runs without interruption.
// (@electric-sql/pglite-socket hands over single protocol messages, and two connections' Parse and Bind get mixed up.)

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'

export type PGliteServer = { readonly url: string; close(): Promise<void> }

// PostgreSQL 18 documentation, chapter "Frontend/Backend Protocol", section "Message Formats".
const sslRequest = 80877103
const gssRequest = 80877104
const cancelRequest = 80877102
const syncMessage = 0x53
const queryMessage = 0x51
const terminateMessage = 0x58
const readyForQuery = 0x5a
const idle = 0x49
const passwordMessage = 0x70
const longestMessage = 256 * 1024 * 1024
/** AuthenticationCleartextPassword: the connection never leaves the machine. */
const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3])

type Connection = {
  readonly socket: Socket
  received: Buffer
  isStarted: boolean
  /** What the client said to start with, until its password was right. */
  startup: Buffer | undefined
  /** Complete messages that wait for their Sync. */
  unfinished: Buffer[]
  isClosed: boolean
}

type Group = { readonly from: Connection; readonly messages: Buffer }

/**
 * Listens on a loopback port, that of `options` or any that is free, and asks for the password in its URL: other users of
 * the machine cannot read the readers' addresses. The database stays the caller's to close.
 */
export async function servePGlite(
  database: PGlite,
  options: { readonly port?: number; readonly password?: string } = {},
): Promise<PGliteServer> {
  const { port = 0, password = randomBytes(24).toString('hex') } = options
  const queue: Group[] = []
  const connections = new Set<Connection>()
  let owner: Connection | undefined // whose transaction is open
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    for (;;) {
      if (owner?.isClosed) {
        owner = undefined
        await database.exec('ROLLBACK')
      }
      const index = owner ? queue.findIndex((group) => group.from === owner) : 0
      const [group] = index < 0 ? [] : queue.splice(index, 1)
      if (!group) return
      if (group.from.isClosed && group.from !== owner) continue
      owner = (await run(group)) ? group.from : undefined
    }
  }

  /** Returns whether a transaction is open afterwards. */
  async function run({ from, messages }: Group): Promise<boolean> {
    let tail: Uint8Array = new Uint8Array()
    await database.execProtocolRawStream(messages, {
      onRawData: (data) => {
        tail = data.length >= 6 ? data.slice(-6) : Buffer.concat([tail, data]).subarray(-6)
        if (from.socket.writable) from.socket.write(Buffer.from(data))
      },
    })
    return tail[0] === readyForQuery && tail[5] !== idle
  }

  function wake(): void {
    working ??= work()
      .catch(() => {
        // The session is of unknown state: whoever waits gets an error and connects again.
        for (const connection of connections) connection.socket.destroy()
        queue.length = 0
      })
      .finally(() => {
        working = undefined
        if (queue.some((group) => owner === undefined || group.from === owner) || owner?.isClosed) wake()
      })
  }

  const server = createServer((socket) => {
    const connection: Connection = {
      socket,
      received: Buffer.alloc(0),
      isStarted: false,
      startup: undefined,
      unfinished: [],
      isClosed: false,
    }
    connections.add(connection)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      connection.isClosed = true
      connections.delete(connection)
      wake()
    })
    socket.on('data', (data) => {
      connection.received = connection.received.length > 0 ? Buffer.concat([connection.received, data]) : data
      for (const messages of takeGroups(connection, password)) queue.push({ from: connection, messages })
      wake()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${(server.address() as AddressInfo).port}/postgres?sslmode=disable`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const { socket } of connections) socket.destroy()
      await closed
      await working
    },
  }
}

/** Cuts what was received into groups that end with a Sync or are a simple query; the rest stays. */
function* takeGroups(connection: Connection, password: string): Generator<Buffer> {
  for (;;) {
    const { received } = connection
    if (received.length < 5) return
    const length = connection.isStarted ? 1 + received.readInt32BE(1) : received.readInt32BE(0)
    if (length < (connection.isStarted ? 5 : 8) || length > longestMessage) {
      connection.socket.destroy()
      return
    }
    if (received.length < length) return
    const message = received.subarray(0, length)
    connection.received = received.subarray(length)
    if (!connection.isStarted) {
      const code = received.length >= 8 ? received.readInt32BE(4) : 0
      if (code === sslRequest || code === gssRequest) connection.socket.write('N')
      else if (code === cancelRequest) connection.socket.end()
      else {
        connection.isStarted = true
        connection.startup = message
        connection.socket.write(askForPassword)
      }
      continue
    }
    if (connection.startup) {
      const isRight = message[0] === passwordMessage && message.subarray(5, -1).equals(Buffer.from(password))
      if (!isRight) {
        connection.socket.destroy()
        return
      }
      yield connection.startup
      connection.startup = undefined
      continue
    }
    if (message[0] === terminateMessage) {
      connection.socket.end()
      return
    }
    connection.unfinished.push(message)
    if (message[0] === syncMessage || message[0] === queryMessage) {
      yield Buffer.concat(connection.unfinished)
      connection.unfinished = []
    }
  }
}
