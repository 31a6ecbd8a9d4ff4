/** A server on this machine that hands out texts under addresses made for each case; for commands that fetch. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReferenceCase, Served } from './case.ts'

export interface TextServer {
  /** Serves the files of the case's `aggregate` command until `drop`. */
  serve(subject: ReferenceCase): Served & { drop(): void }
  close(): Promise<void>
}

export async function startTextServer(): Promise<TextServer> {
  const texts = new Map<string, string>()
  const server = createServer((request, response) => {
    const text = texts.get(request.url ?? '')
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(text ?? '')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let next = 0
  return {
    serve(subject) {
      const folder = `/${next++}/`
      const files = subject.commands.flatMap(command => (command.kind === 'aggregate' ? command.files : []))
      const names = files.map((text, i) => {
        texts.set(`${folder}${i}.toml`, text)
        return `${folder}${i}.toml`
      })
      return { baseUrl: `${origin}${folder}`, drop: () => names.forEach(name => texts.delete(name)) }
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
