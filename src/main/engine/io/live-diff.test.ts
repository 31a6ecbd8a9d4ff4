/** A git that stays answers as one that is started for the question, and gives way when it cannot. */
import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { compareArchives, createArchiveDiff } from './compare-archives.ts'

const hasGit = spawnSync('git', ['--version']).status === 0
const signal = new AbortController().signal

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

const entriesOf = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, text]) => ({ path, data: Buffer.from(text), isExecutable: false }))
const lines = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('')
const before = (i: number) => entriesOf({ a: lines(9, `a${i}`), 'moved x': lines(40, `m${i}`), gone: 'x\n' })
const after = (i: number) =>
  entriesOf({ a: `${lines(7, `a${i}`)}new\n`, 'dir/moved': `${lines(40, `m${i}`)}more\n`, come: lines(i, 'c') })

describe.skipIf(!hasGit)('a git that stays', () => {
  it('answers one question after the other as a fresh one does', async () => {
    const live = createArchiveDiff(box.caps)
    live.start()
    for (const i of [1, 2, 3]) {
      const asked = await compareArchives(box.caps, before(i), after(i), signal, live)
      const fresh = await compareArchives(box.caps, before(i), after(i), signal)
      if (!asked.ok || !fresh.ok) throw new Error('git failed')
      expect(asked.value.files).toEqual(fresh.value.files)
      expect(asked.value.files).toContainEqual({
        oldPath: 'moved x',
        newPath: 'dir/moved',
        insertions: 1,
        deletions: 0,
      })
      const [patches, others] = [await asked.value.patches, await fresh.value.patches]
      expect(patches?.size).toBe(2)
      expect(patches && [...patches]).toEqual(others && [...others])
    }
    await live.close()
  })

  it('is really the one that answers', async () => {
    const live = createArchiveDiff(box.caps)
    const pair = { old: before(1), new: after(1) }
    const [first, second] = await Promise.all([1, 2].map(() => live.ask(pair, { counts: 1e6, patches: 1e6 })))
    expect([first, second].filter(answer => answer === null)).toHaveLength(1)
    const answer = first ?? second
    expect(new TextDecoder().decode(answer?.counts)).toMatch(/^[0-9a-f]{40} [0-9a-f]{40}\n1\t2\ta\0/)
    await answer?.patches
    expect(await live.ask(pair, { counts: 1e6, patches: 1e6 })).not.toBeNull()
    await live.close()
  })

  it('says nothing when git has too much to say, and is there again after that', async () => {
    const live = createArchiveDiff(box.caps)
    const pair = { old: before(1), new: after(1) }
    expect(await live.ask(pair, { counts: 20, patches: 1e6 })).toBeNull()
    expect(await live.ask(pair, { counts: 1e6, patches: 1e6 })).toBeNull()
    const again = await live.ask(pair, { counts: 1e6, patches: 20 })
    expect(again).not.toBeNull()
    expect(await again?.patches).toBeNull()
    const asked = await compareArchives(box.caps, pair.old, pair.new, signal, live)
    expect(asked.ok && asked.value.files).toHaveLength(4)
    await live.close()
  })

  it('gives way when git cannot be started', async () => {
    const caps = { ...box.caps, processes: { ...box.caps.processes, open: () => Promise.reject(new Error('no')) } }
    const live = createArchiveDiff(caps)
    const asked = await compareArchives(caps, before(1), after(1), signal, live)
    expect(asked.ok && asked.value.files).toHaveLength(4)
    await live.close()
  })
})
