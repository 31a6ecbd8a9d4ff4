/** A web server on this machine for the time of a test. Not part of the product. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Loopback {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** Cuts what is still open. */
  close(): Promise<void>
}

/** Listens on a port that is free. */
export async function listen(answer: http.RequestListener): Promise<Loopback> {
  const server = http.createServer(answer)
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

/** Answers with what `find` has for the path, asked anew each time; 404 where it has nothing. */
export async function serve(find: (path: string) => string | Uint8Array | undefined): Promise<Loopback> {
  return await listen((request, response) => {
    const body = find(request.url ?? '')
    if (body === undefined) response.writeHead(404).end()
    else response.end(body)
  })
}
