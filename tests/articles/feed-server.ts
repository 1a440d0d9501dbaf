import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach } from 'vitest'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A feed server on the loopback interface, empty at the start of each test: what it does not know is a 404. */
export function feedServer() {
  const answers = new Map<string, Answer>()
  const requests: { path: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    requests.push({ path, headers: request.headers })
    const answer = answers.get(path)
    if (answer) answer(response, request)
    else response.writeHead(404).end()
  })
  let base = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    answers.clear()
    requests.length = 0
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    requests,
    url: (path: string) => `${base}${path}`,
    answer: (path: string, answer: Answer) => {
      answers.set(path, answer)
    },
    /** Serves a document from now on. */
    serve: (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
      answers.set(path, (response) => response.writeHead(200, headers).end(body))
    },
  }
}
