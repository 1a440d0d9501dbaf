/**
 * What the sandbox's `fetch` rejects with where a server would cut the connection, and when whoever waited for an answer
 * that never comes has gone. A caller in the same process takes it for a network error; behind a socket,
 * `cut-connections.ts` makes it one.
 */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset'

  constructor() {
    super('The sandbox cut the connection.')
  }
}
