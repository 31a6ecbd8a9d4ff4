import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities, LiveProcessRequest } from '../capabilities.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { createAnswerParser, createLiveGit, type GitObject } from './live-git.ts'

const a = 'a'.repeat(40)
const never = new AbortController().signal

describe('answers of git', () => {
  const text = `${a} blob 5\nhe\nlo\n${a} missing\n${a} tree 0\n\n${a} blob 3\nbig\n`
  const show = (object: GitObject) =>
    'bytes' in object ? `${object.kind} ${object.bytes.toString()}` : JSON.stringify(object)
  const want = ['blob he\nlo', '{"kind":"missing"}', 'tree ', '{"kind":"too-large","sizeBytes":3}']
  it.each([1, 2, 3, 7, 1000])('are the same in pieces of %i bytes', size => {
    const got: string[] = []
    const limits = [5, 0, 0, 2]
    const parser = createAnswerParser(
      () => limits[got.length]!,
      object => got.push(show(object)),
      line => got.push(`unknown ${line}`),
    )
    for (let at = 0; at < text.length; at += size) parser.push(Buffer.from(text.slice(at, at + size)))
    expect(got).toEqual(want)
  })
  it.each(['nonsense\n', `${a} ambiguous\n`, `${a} blob -1\n`, 'x'.repeat(2_000)])('that are none end it: %#', line => {
    const unknown: string[] = []
    createAnswerParser(
      () => 10,
      () => expect.fail('no object'),
      one => unknown.push(one),
    ).push(Buffer.from(line))
    expect(unknown).toHaveLength(1)
    expect(unknown[0]!.length).toBeLessThanOrEqual(200)
  })
})

/** A git that answers what the test tells it to. */
function fakeGit(box: Sandbox) {
  const started: { request: LiveProcessRequest; asked: string; isBusy: boolean; isKilled: boolean }[] = []
  const caps: Capabilities = {
    ...box.caps,
    processes: {
      ...box.caps.processes,
      open(request) {
        const one = { request, asked: '', isBusy: false, isKilled: false }
        started.push(one)
        return Promise.resolve({
          write: (text: string) => void (one.asked += text),
          setBusy: (isBusy: boolean) => void (one.isBusy = isBusy),
          kill: () => void (one.isKilled = true),
        })
      },
    },
  }
  const answer = (text: string) => started.at(-1)!.request.onOutput(Buffer.from(text))
  return { started, answer, live: createLiveGit(caps, '/nowhere' as AbsolutePath) }
}

describe('a live git', () => {
  let box: Sandbox
  beforeEach(() => {
    box = createSandbox()
  })
  afterEach(() => box.dispose())
  const settle = () => new Promise<void>(resolve => setTimeout(resolve, 0))

  it('starts with the first question, asks ahead, is busy while it is awaited', async () => {
    const { live, started, answer } = fakeGit(box)
    expect(started).toEqual([])
    const both = Promise.all([live.read(a, 9, never), live.read('b'.repeat(40), 9, never)])
    await settle()
    expect(started).toMatchObject([{ asked: `${a}\n${'b'.repeat(40)}\n`, isBusy: true }])
    expect(live.pendingCount).toBe(2)
    answer(`${a} blob 1\nx\n${'b'.repeat(40)} missing\n`)
    expect((await both).map(object => object.kind)).toEqual(['blob', 'missing'])
    expect([started[0]!.isBusy, live.pendingCount]).toEqual([false, 0])
  })
  it('never lets anything but an id through', async () => {
    const { live, started } = fakeGit(box)
    for (const text of ['HEAD', 'a'.repeat(39), `${a}\n${a}`, 'A'.repeat(40), '--batch'])
      expect(await live.read(text, 9, never)).toEqual({ kind: 'missing' })
    expect(started).toEqual([])
  })
  it('keeps order when one question is cancelled', async () => {
    const { live, answer } = fakeGit(box)
    const control = new AbortController()
    const first = live.read(a, 9, control.signal)
    const second = live.read('b'.repeat(40), 9, never)
    control.abort()
    await expect(first).rejects.toMatchObject({ name: 'Cancelled' })
    await settle()
    answer(`${a} blob 5\nfirst\n${'b'.repeat(40)} blob 6\nsecond\n`)
    expect(await second).toMatchObject({ bytes: Buffer.from('second') })
    await expect(live.read(a, 9, control.signal)).rejects.toMatchObject({ name: 'Cancelled' })
  })
  it('fails what is asked when git ends or talks nonsense, and starts anew for the next', async () => {
    const { live, started, answer } = fakeGit(box)
    const lost = live.read(a, 9, never)
    await settle()
    started[0]!.request.onEnd({ kind: 'ended', stderr: 'fatal: packed object is corrupt\n' })
    await expect(lost).rejects.toMatchObject({ name: 'GitReadError', message: 'fatal: packed object is corrupt' })
    const odd = live.read(a, 9, never)
    await settle()
    answer('nonsense\n')
    await expect(odd).rejects.toMatchObject({ name: 'GitReadError' })
    expect(started.map(one => one.isKilled)).toEqual([false, true])
    const closed = live.read(a, 9, never)
    await settle()
    live.close()
    await expect(closed).rejects.toMatchObject({ name: 'GitReadError' })
    expect(started[2]!.isKilled).toBe(true)
  })
  it('gives git nothing of the user’s settings, and nowhere to fetch from', async () => {
    const { live, started } = fakeGit(box)
    live.read(a, 9, never).catch(() => undefined)
    await settle()
    const { args, env } = started[0]!.request
    expect(args.slice(-3)).toEqual(['--git-dir=/nowhere', 'cat-file', '--batch'])
    expect(env).toMatchObject({ GIT_NO_LAZY_FETCH: '1', GIT_NO_REPLACE_OBJECTS: '1', GIT_CONFIG_GLOBAL: '/dev/null' })
    expect(env['HOME']).toBe('/nonexistent')
    live.close()
  })
})
