import { describe, expect, test } from 'vitest'
import { brand, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { createComparedAhead, type Change } from './compared-ahead.ts'

const changeOf = (to: string, from: string | null = null): Change => {
  const delta: Delta = { from: from === null ? null : brand<'VetVersion'>(from), to: brand<'VetVersion'>(to) }
  return { crate: brand<'CrateName'>('brine'), delta }
}

/** Comparisons that end when the test says so, and throw Cancelled when they are called off. */
function bench() {
  const begun: { readonly to: string; readonly run: Run; end(answer: Result<string, Failure>): void }[] = []
  const ahead = createComparedAhead<string>((change, run) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result<string, Failure>>()
    run.signal.addEventListener('abort', () => reject(new Cancelled()))
    begun.push({ to: change.delta.to, run, end: resolve })
    return promise
  })
  return { ahead, begun }
}
const runOf = (
  signal: AbortSignal = new AbortController().signal,
  onProgress: Run['onProgress'] = () => undefined,
) => ({
  signal,
  onProgress,
})

describe('a change compared ahead', () => {
  test('is what was begun, once, also while it is still under way', async () => {
    const { ahead, begun } = bench()
    const started = ahead.start(changeOf('1.0.0'))
    const taken = ahead.take(changeOf('1.0.0'), runOf())
    begun[0]?.end(ok('compared'))
    expect(await taken).toBe('compared')
    await started
    expect(await ahead.take(changeOf('1.0.0'), runOf())).toBeNull()
    expect(begun).toHaveLength(1)
  })

  test('is begun once for a row that is rested on twice', () => {
    const { ahead, begun } = bench()
    void ahead.start(changeOf('1.0.0'))
    void ahead.start(changeOf('1.0.0'))
    expect(begun).toHaveLength(1)
  })

  test.each([changeOf('1.0.1'), changeOf('1.0.0', '0.9.0'), { ...changeOf('1.0.0'), crate: 'rye' as never }])(
    'is not that of another version, base or crate, which calls it off when it is opened',
    async other => {
      const { ahead, begun } = bench()
      const started = ahead.start(changeOf('1.0.0'))
      expect(await ahead.take(other, runOf())).toBeNull()
      expect(begun[0]?.run.signal.aborted).toBe(true)
      await started
    },
  )

  test('is called off by the next that is rested on', async () => {
    const { ahead, begun } = bench()
    const first = ahead.start(changeOf('1.0.0'))
    void ahead.start(changeOf('1.0.1'))
    expect(begun.map(one => [one.to, one.run.signal.aborted])).toEqual([
      ['1.0.0', true],
      ['1.0.1', false],
    ])
    await first
  })

  test('that was taken goes on when another row is rested on', async () => {
    const { ahead, begun } = bench()
    void ahead.start(changeOf('1.0.0'))
    const taken = ahead.take(changeOf('1.0.0'), runOf())
    void ahead.start(changeOf('1.0.1'))
    ahead.close()
    begun[0]?.end(ok('compared'))
    expect(await taken).toBe('compared')
    expect(begun[1]?.run.signal.aborted).toBe(true)
  })

  test('that failed counts for nothing', async () => {
    const { ahead, begun } = bench()
    void ahead.start(changeOf('1.0.0'))
    begun[0]?.end(fail({ code: 'offline', needed: 'the archive of brine 1.0.0' }))
    expect(await ahead.take(changeOf('1.0.0'), runOf())).toBeNull()
  })

  test('is cancelled by whoever took it, and tells him its progress', async () => {
    const { ahead, begun } = bench()
    void ahead.start(changeOf('1.0.0'))
    const abort = new AbortController()
    const said: (string | null)[] = []
    const taken = ahead.take(
      changeOf('1.0.0'),
      runOf(abort.signal, progress => said.push(progress.step)),
    )
    begun[0]?.run.onProgress({ done: 1, total: 2, step: 'comparing' })
    abort.abort()
    await expect(taken).rejects.toThrow(Cancelled)
    expect(said).toEqual(['comparing'])
    expect(begun[0]?.run.signal.aborted).toBe(true)
  })

  test('is called off when the workspace closes', async () => {
    const { ahead, begun } = bench()
    const started = ahead.start(changeOf('1.0.0'))
    ahead.close()
    await started
    expect(begun[0]?.run.signal.aborted).toBe(true)
    expect(await ahead.take(changeOf('1.0.0'), runOf())).toBeNull()
  })
})
