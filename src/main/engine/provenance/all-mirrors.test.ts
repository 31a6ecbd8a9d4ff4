import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { openAllMirrors } from './all-mirrors.ts'
import type { GitRepository } from './git-repository.ts'
import { openMirrors, type Mirrors } from './mirror.ts'
import { makeWorld, missingTools, type TestRepository, type World } from './testing/world.ts'

describe.skipIf(missingTools !== null)('all mirrors together', () => {
  let world: World
  let box: Sandbox
  const run = quietRun()
  const opened: Mirrors[] = []
  let started = 0
  beforeEach(async () => {
    world = await makeWorld('all-mirrors')
    box = createSandbox()
    started = 0
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(one => one.close()))
    await world.dispose()
    box.dispose()
  })

  /** Counts the processes that read objects. */
  const watched = (cacheDir = box.caps.host.cacheDir): Capabilities => ({
    ...box.caps,
    host: { ...box.caps.host, cacheDir },
    processes: {
      ...box.caps.processes,
      open(request) {
        started++
        return box.caps.processes.open(request)
      },
    },
  })
  const mirrorsOf = (caps: Capabilities): Mirrors => {
    const options = { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 }
    const mirrors = openMirrors(caps, options)
    opened.push(mirrors)
    return mirrors
  }
  const open = async (mirrors: Mirrors, { url }: TestRepository): Promise<GitRepository> => {
    const answer = await mirrors.open(url, { commit: null, newerThanMs: null, refresh: false }, run)
    if (!answer.ok) throw new Error(answer.error.text)
    return answer.value
  }
  const makeTwo = async () => ({
    a: await world.repository('a', { 'a.txt': 'a\n', 'in/a.txt': 'a\n' }),
    b: await world.repository('b', { 'b.txt': 'b\n' }),
  })
  /** Both copied to the cache and listed once, as an earlier run left them. */
  const copyBoth = async (caps: Capabilities, { a, b }: Record<'a' | 'b', TestRepository>) => {
    const earlier = mirrorsOf(caps)
    for (const one of [a, b]) await (await open(earlier, one)).list(await one.head(), '', run)
    await earlier.close()
    started = 0
  }
  const listed = async (repository: GitRepository, commit: string) => [
    ...((await repository.list(commit, '', run))?.entries.keys() ?? []),
  ]

  it('are read by one process', async () => {
    const { a, b } = await makeTwo()
    const caps = watched()
    await copyBoth(caps, { a, b })
    const mirrors = mirrorsOf(caps)
    expect(await listed(await open(mirrors, a), await a.head())).toEqual(['a.txt', 'in/a.txt'])
    expect(await listed(await open(mirrors, b), await b.head())).toEqual(['b.txt'])
    expect(started).toBe(1)
  })
  it('never give one repository the commits of another', async () => {
    const { a, b } = await makeTwo()
    const caps = watched()
    await copyBoth(caps, { a, b })
    const repository = await open(mirrorsOf(caps), a)
    expect(await repository.commit(await b.head(), run)).toBeNull()
    expect(await repository.list(await b.head(), '', run)).toBeNull()
    expect(await repository.commit(await a.head(), run)).not.toBeNull()
  })
  it('leave a mirror that came later to a process of its own', async () => {
    const { a, b } = await makeTwo()
    const caps = watched()
    await copyBoth(caps, { a, b })
    const all = openAllMirrors(caps)
    const mirrors = mirrorsOf(caps)
    expect(await all.reader((await open(mirrors, a)).gitDir)).not.toBeNull()
    const c = await world.repository('c', { 'c.txt': 'c\n' })
    const later = await open(mirrors, c)
    expect(await all.reader(later.gitDir)).toBeNull()
    expect(await listed(later, await c.head())).toEqual(['c.txt'])
    all.close()
  })
  it('see what a mirror fetched after they were opened', async () => {
    const { a, b } = await makeTwo()
    const caps = watched()
    await copyBoth(caps, { a, b })
    const mirrors = mirrorsOf(caps)
    await listed(await open(mirrors, b), await b.head())
    const next = await a.commit({ 'later.txt': 'later\n' })
    const answer = await mirrors.open(a.url, { commit: next, newerThanMs: null, refresh: true }, run)
    expect(answer.ok && (await listed(answer.value, next))).toEqual(['a.txt', 'in/a.txt', 'later.txt'])
  })
  it('may lie at a path with quotes and what separates paths', async () => {
    const { a, b } = await makeTwo()
    const caps = watched(path.join(box.caps.host.cacheDir, 'a "b":c\\d;e') as AbsolutePath)
    await copyBoth(caps, { a, b })
    expect(await listed(await open(mirrorsOf(caps), b), await b.head())).toEqual(['b.txt'])
    expect(started).toBe(1)
  })
})
