/** The engine's end of the pipe: what is refused before a handler runs, and what never leaves. */
import { describe, expect, it } from 'vitest'
import type { EngineHandlers } from '../../shared/contract.ts'
import { Cancelled, fail, ok } from '../../shared/result.ts'
import { answerCall, serveEngine } from './engine-host.ts'
import type { FromEngine } from './engine-protocol.ts'

const settings = {
  theme: 'dark',
  offline: false,
  diffLayout: 'split',
  rowDensity: 'compact',
  wrapLines: false,
  singleKeys: true,
}
/** Only what a test calls; a call to anything else is a bug of the test. */
const handlersWith = (handlers: Record<string, (args: never) => Promise<unknown>>) =>
  handlers as unknown as EngineHandlers

describe('answerCall', () => {
  const cases = [
    { what: 'an unknown call', name: 'app.format', args: null, want: 'request-invalid' },
    { what: 'an event’s name', name: 'app.changed', args: null, want: 'request-invalid' },
    { what: 'a call of the door', name: 'shell.pickFolder', args: null, want: 'request-invalid' },
    { what: 'a name of Object', name: 'constructor', args: null, want: 'request-invalid' },
    { what: 'wrong arguments', name: 'app.open', args: { path: 7 }, want: 'request-invalid' },
    { what: 'a throwing handler', name: 'app.close', args: null, want: 'internal' },
    { what: 'a cancelled handler', name: 'queue.get', args: null, want: 'cancelled' },
    { what: 'a malformed result', name: 'queue.refresh', args: null, want: 'internal' },
    { what: 'a failing handler', name: 'app.openSample', args: null, want: 'no-workspace-open' },
  ]
  const handlers = handlersWith({
    'app.open': async () => ok(null),
    'app.close': async () => {
      throw new Error('bug')
    },
    'queue.get': async () => {
      throw new Cancelled()
    },
    'queue.refresh': async () => ok({ items: 'none' }),
    'app.openSample': async () => fail({ code: 'no-workspace-open' }),
  })
  it.each(cases)('answers $what with $want', async ({ name, args, want }) => {
    const answer = await answerCall(handlers, name, args, () => undefined)
    expect(answer.ok ? null : answer.error.code).toBe(want)
  })

  it('answers a good call with the parsed value alone', async () => {
    const chatty = handlersWith({ 'app.settings': async () => ok({ ...settings, secret: 1 }) })
    expect(await answerCall(chatty, 'app.settings', {}, () => undefined)).toEqual({ ok: true, value: settings })
  })
})

describe('serveEngine', () => {
  it('says ready, answers by id, drops malformed events and shuts down once', async () => {
    const sent: FromEngine[] = []
    let deliver: (message: unknown) => void = () => undefined
    let disposed = 0
    let ended = 0
    let emit: (name: 'jobs.changed', payload: never) => void = () => undefined
    serveEngine(
      { send: message => sent.push(message), onMessage: listener => (deliver = listener) },
      given => {
        emit = given
        return {
          handlers: handlersWith({ 'app.settings': async () => ok(settings) }),
          dispose: async () => void disposed++,
        }
      },
      { log: () => undefined, onShutdown: () => void ended++ },
    )
    emit('jobs.changed', [] as never)
    emit('jobs.changed', [{ id: 1 }] as never)
    deliver({ kind: 'call', id: 7, name: 'app.settings', args: {} })
    deliver('noise')
    deliver({ kind: 'call', id: '8', name: 'app.settings', args: {} })
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(sent).toEqual([
      { kind: 'ready' },
      { kind: 'event', name: 'jobs.changed', payload: [] },
      { kind: 'answer', id: 7, answer: { ok: true, value: settings } },
    ])
    deliver({ kind: 'shutdown' })
    deliver({ kind: 'shutdown' })
    await new Promise(resolve => setTimeout(resolve, 5))
    expect([disposed, ended]).toEqual([1, 1])
  })
})
