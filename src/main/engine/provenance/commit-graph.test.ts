import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { parseCommitGraph, type CommitGraph } from './commit-graph.ts'

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

const git = (input: string | undefined, ...args: string[]) =>
  execFileSync('git', args, {
    cwd: box.at(),
    env: { PATH: process.env['PATH'] ?? '', HOME: box.at('home'), GIT_CONFIG_NOSYSTEM: '1' },
    ...(input === undefined ? {} : { input }),
    stdio: ['pipe', 'pipe', 'ignore'],
    encoding: 'utf8',
  }).trim()

/** Commit i has the parents listed; every commit gets a branch. Gives the ids. */
function makeHistory(parents: readonly (readonly number[])[]): readonly string[] {
  fs.rmSync(box.at('.git'), { recursive: true, force: true })
  git(undefined, 'init', '-q')
  const lines = parents.flatMap((of, i) => [
    `commit refs/heads/b${i}`,
    `mark :${i + 1}`,
    `committer a <a@a> ${1_700_000_000 + i} +0000`,
    'data 1\nx',
    ...of.map((parent, at) => `${at === 0 ? 'from' : 'merge'} :${parent + 1}`),
    '',
  ])
  git(`${lines.join('\n')}\n`, 'fast-import', '--quiet', `--export-marks=${box.at('marks')}`)
  const marks = fs.readFileSync(box.at('marks'), 'utf8').trim().split('\n')
  return marks
    .map(line => line.split(' ') as [string, string])
    .sort((a, b) => +a[0].slice(1) - +b[0].slice(1))
    .map(x => x[1])
}

function graphOf(): CommitGraph {
  git(undefined, 'commit-graph', 'write', '--reachable', '--no-progress')
  return parseCommitGraph(fs.readFileSync(box.at('.git/objects/info/commit-graph')))!
}

describe('the commit graph', () => {
  it('knows parents, trees and times, merges of many included', () => {
    const oids = makeHistory([[], [0], [0], [0], [1, 2, 3]])
    const graph = graphOf()
    const merge = graph.find(oids[4]!)
    expect(graph.parentsAt(merge).map(graph.oidAt)).toEqual([oids[1], oids[2], oids[3]])
    expect(graph.treeAt(merge)).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
    expect(graph.secondsAt(merge)).toBe(1_700_000_004)
    expect([graph.commitCount, graph.find('f'.repeat(40)), graph.find('no id')]).toEqual([5, -1, -1])
  })

  it('agrees with a walk over all parents, whatever the history', () => {
    const history = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 24 })
    fc.assert(
      fc.property(history, raw => {
        const parents = raw.map((some, i) => (i === 0 ? [] : [...new Set(some.map(n => n % i))]))
        const oids = makeHistory(parents)
        const graph = graphOf()
        const above = parents.map((_, i) => ancestors(parents, i))
        for (const [target, oid] of oids.entries()) {
          const descends = graph.descendsFrom(graph.find(oid))
          const seen = graph.reachableFrom(graph.find(oid))
          for (const [other, tip] of oids.entries()) {
            expect(descends(graph.find(tip))).toBe(above[other]!.has(target))
            expect(seen[graph.find(tip)]).toBe(above[target]!.has(other) ? 1 : 0)
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('not a graph at all, but long enough to be looked at')],
    ['a cut one', null],
  ])('is null for %s', (_, bytes) => {
    makeHistory([[], [0]])
    graphOf()
    const whole = fs.readFileSync(box.at('.git/objects/info/commit-graph'))
    expect(parseCommitGraph(bytes ?? whole.subarray(0, 1200))).toBeNull()
  })
})

function ancestors(parents: readonly (readonly number[])[], of: number): Set<number> {
  const found = new Set([of])
  for (const one of found) for (const parent of parents[one]!) found.add(parent)
  return found
}
