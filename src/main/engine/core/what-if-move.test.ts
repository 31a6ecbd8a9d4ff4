// A version that moves in a small graph: the node keeps its place, or another node takes it over.
import { describe, expect, it } from 'vitest'
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { CargoMetadata } from './cargo-metadata.ts'
import { buildDepGraph } from './dep-graph.ts'
import { moveVersion } from './what-if-move.ts'

const SOURCE = 'registry+https://github.com/rust-lang/crates.io-index'

/** `app -> a@1 b@1` lines: a package and what it needs; the first is the workspace's. */
function graphOf(lines: readonly string[]): CargoMetadata {
  const read = lines.map(line => {
    const [id = '', deps = ''] = line.split(' -> ')
    return { id, deps: deps.split(' ').filter(dep => dep !== '') }
  })
  const base = { description: null, repository: null, manifestPath: '', vetMetadata: null }
  return {
    packages: read.map(({ id }, i) => {
      const [name = '', version = '0.1.0'] = id.split('@')
      return { ...base, id, name, version, source: i === 0 ? null : SOURCE }
    }),
    workspaceMembers: [read[0]?.id ?? ''],
    workspaceRoot: '/w',
    resolveNodes: read.map(({ id, deps }) => ({
      id,
      deps: deps.map(pkg => ({ pkg, kinds: ['normal'] as const })),
      dependencies: deps,
    })),
    resolveRoot: read[0]?.id ?? null,
    workspaceVetMetadata: null,
    origin: 'cargo',
  }
}

const move = (metadata: CargoMetadata, crate: string, from: string, to: string) =>
  moveVersion(metadata, crate as CrateName, from as VetVersion, to as VetVersion)

const packagesOf = (metadata: CargoMetadata) =>
  buildDepGraph(metadata, new Map()).nodes.map(node => `${node.name}@${node.version}`)

describe('moving a version', () => {
  it('gives the package the version and leaves its dependencies', () => {
    const moved = move(graphOf(['app -> a@1.0.0', 'a@1.0.0 -> b@1.0.0', 'b@1.0.0']), 'a', '1.0.0', '1.0.4')
    expect(moved.ok && packagesOf(moved.value)).toEqual(['a@1.0.4', 'app@0.1.0', 'b@1.0.0'])
  })

  it('joins with the version where that is in the graph, and drops what nothing needs then', () => {
    const before = graphOf([
      'app -> a@1.0.0 c@1.0.0',
      'a@1.0.0 -> old@1.0.0',
      'a@1.2.0',
      'c@1.0.0 -> a@1.2.0 a@1.0.0',
      'old@1.0.0',
    ])
    const moved = move(before, 'a', '1.0.0', '1.2.0')
    expect(moved.ok && packagesOf(moved.value)).toEqual(['a@1.2.0', 'app@0.1.0', 'c@1.0.0'])
    const needed = moved.ok ? moved.value.resolveNodes.find(node => node.id === 'c@1.0.0') : undefined
    expect(needed?.dependencies).toEqual(['a@1.2.0'])
  })

  it('refuses a version that is not in use, and packages of the workspace', () => {
    const metadata = graphOf(['app -> a@1.0.0', 'a@1.0.0'])
    expect(move(metadata, 'a', '2.0.0', '2.1.0')).toMatchObject({ ok: false, error: { code: 'package-unknown' } })
    expect(move(metadata, 'app', '0.1.0', '0.2.0')).toMatchObject({ ok: false, error: { code: 'package-unknown' } })
  })
})
