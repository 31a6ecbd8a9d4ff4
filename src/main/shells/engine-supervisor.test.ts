/** One answer for each call whatever the engine does, and no process left behind. */
import { expect, it } from 'vitest'
import type { ToEngine } from './engine-protocol.ts'
import { superviseEngine, type EngineProcess } from './engine-supervisor.ts'

class FakeProcess implements EngineProcess {
  readonly sent: ToEngine[] = []
  wasKilled = false
  deliver: (message: unknown) => void = () => undefined
  exit: (how: string) => void = () => undefined
  send(message: ToEngine): void {
    this.sent.push(message)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.deliver = listener
  }
  onExit(listener: (how: string) => void): void {
    this.exit = listener
  }
  kill(): void {
    this.wasKilled = true
    this.exit('was killed')
  }
}

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

function supervised(onReady: (process: FakeProcess) => void = p => p.deliver({ kind: 'ready' })) {
  const processes: FakeProcess[] = []
  const reasons: (string | null)[] = []
  const events: unknown[] = []
  const supervisor = superviseEngine({
    spawn: because => {
      const process = new FakeProcess()
      processes.push(process)
      reasons.push(because)
      queueMicrotask(() => onReady(process))
      return process
    },
    onEvent: (name, payload) => events.push([name, payload]),
    log: () => undefined,
    firstPauseMs: 1,
    steadyMs: 10_000,
  })
  return { supervisor, processes, reasons, events }
}

it('holds calls until the engine is ready and pairs answers by id', async () => {
  const { supervisor, processes } = supervised()
  const first = supervisor.call('app.state', null)
  const second = supervisor.call('jobs.list', null)
  expect(processes[0]?.sent).toEqual([])
  await wait(1)
  const [a, b] = processes[0]?.sent as { id: number }[]
  processes[0]?.deliver({ kind: 'answer', id: b?.id, answer: { ok: true, value: 'b' } })
  processes[0]?.deliver({ kind: 'answer', id: a?.id, answer: { ok: true, value: 'a' } })
  expect([await first, await second]).toEqual([
    { ok: true, value: 'a' },
    { ok: true, value: 'b' },
  ])
})

it('answers engine-stopped after a crash, says why to the next engine, and opens the workspace again', async () => {
  const { supervisor, processes, reasons, events } = supervised()
  await wait(1)
  processes[0]?.deliver({
    kind: 'event',
    name: 'app.changed',
    payload: { open: { root: '/w', isSample: false } },
  })
  const pending = supervisor.call('queue.get', null)
  processes[0]?.exit('ended with code 9')
  expect(await pending).toEqual({ ok: false, error: { code: 'engine-stopped', reason: 'ended with code 9' } })
  await wait(20)
  expect(reasons).toEqual([null, 'ended with code 9'])
  expect(processes[1]?.sent[0]).toMatchObject({ kind: 'call', name: 'app.open', args: { path: '/w' } })
  expect(events).toHaveLength(1)
  const later = supervisor.call('queue.get', null)
  const jobs = supervisor.call('jobs.list', null)
  const names = () => processes[1]?.sent.map(message => (message as { name: string }).name)
  const answer = (index: number, value: unknown) =>
    processes[1]?.deliver({
      kind: 'answer',
      id: (processes[1].sent[index] as { id: number }).id,
      answer: { ok: true, value },
    })
  expect(names(), 'calls about the workspace wait for it').toEqual(['app.open', 'jobs.list'])
  answer(1, [])
  expect(await jobs).toEqual({ ok: true, value: [] })
  answer(0, null)
  expect(names()).toEqual(['app.open', 'jobs.list', 'queue.get'])
  answer(2, 1)
  expect(await later).toEqual({ ok: true, value: 1 })
})

it('answers what waits for the workspace when the next engine ends as well', async () => {
  const { supervisor, processes } = supervised()
  await wait(1)
  processes[0]?.deliver({ kind: 'event', name: 'app.changed', payload: { open: { root: '/w', isSample: true } } })
  processes[0]?.exit('ended with code 9')
  const early = supervisor.call('queue.get', null)
  await wait(20)
  expect(processes[1]?.sent).toMatchObject([{ name: 'app.openSample' }])
  processes[1]?.exit('ended with code 8')
  expect(await early).toMatchObject({ ok: false, error: { code: 'engine-stopped', reason: 'ended with code 8' } })
  await wait(20)
  expect(processes[2]?.sent, 'tried again').toMatchObject([{ name: 'app.openSample' }])
  processes[2]?.exit('ended with code 7')
  await wait(20)
  expect(processes[3]?.sent, 'and then left').toMatchObject([{ name: 'app.close' }])
  processes[3]?.deliver({ kind: 'event', name: 'app.changed', payload: { open: null } })
  processes[3]?.exit('ended with code 6')
  await wait(60)
  expect(processes[4]?.sent).toEqual([])
})

it('waits longer each time while the engine keeps crashing', async () => {
  const { supervisor, processes } = supervised(process => process.exit('ended with code 1'))
  await wait(60)
  expect(processes.length).toBeGreaterThan(3)
  expect(processes.length).toBeLessThan(9)
  await supervisor.stop()
  const count = processes.length
  await wait(60)
  expect(processes.length).toBe(count)
})

it('stops politely, and answers later calls without a process', async () => {
  const { supervisor, processes } = supervised()
  await wait(1)
  const stopping = supervisor.stop()
  expect(processes[0]?.sent).toEqual([{ kind: 'shutdown' }])
  processes[0]?.exit('ended with code 0')
  await stopping
  expect(processes[0]?.wasKilled).toBe(false)
  expect(await supervisor.call('app.state', null)).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
  expect(processes).toHaveLength(1)
})

it('kills an engine that does not end, after its grace', { timeout: 8_000 }, async () => {
  const { supervisor, processes } = supervised()
  await wait(1)
  await supervisor.stop()
  expect(processes[0]?.wasKilled).toBe(true)
})
