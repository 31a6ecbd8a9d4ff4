import { describe, expect, it } from 'vitest'
import { brand, type CrateName, type VetVersion } from '../../../shared/domain.ts'
import type { DepGraph, ListedPackage } from './dep-graph.ts'
import type { UnpublishedEntry } from './store-model.ts'
import { liveUnpublished, needsPublishedVersions, onlyFreshUnpublished, sincePublished } from './unpublished.ts'

const ours = brand<'CrateName'>('ours')
const version = brand<'VetVersion'>
const at = (text: string, more: Partial<ListedPackage> = {}): ListedPackage => ({
  name: ours,
  version: version(text),
  isCratesIo: false,
  isThirdParty: true,
  ...more,
})
const graphOf = (...packages: ListedPackage[]): DepGraph => ({ nodes: [], topoOrder: [], packages })
const entry = (local: string, published: string): UnpublishedEntry => ({
  version: version(local),
  auditedAs: version(published),
})

function live(local: string, published: string[], stored: UnpublishedEntry[] = []) {
  const table = new Map<CrateName, UnpublishedEntry[]>(stored.length === 0 ? [] : [[ours, stored]])
  return liveUnpublished(graphOf(at(local)), table, () => published)
}

describe('which published version stands for a local one', () => {
  it.each([
    ['2.0.0', ['1.0.0', '1.9.0', '3.0.0'], '1.9.0'],
    ['0.5.0', ['1.0.0', '0.9.0'], '0.9.0'],
    ['1.0.0-alpha', ['1.0.0', '0.9.0-beta'], '0.9.0-beta'],
    ['1.0.0+local', ['1.0.0', '1.0.0+other'], '1.0.0'],
    ['1.0.0', ['not a version', '0.1.0'], '0.1.0'],
  ])('%s among %j: %s', (local, published, expected) => {
    const found = live(local, published)
    expect(found.ok && found.value.unpublished.get(ours)).toEqual([entry(local, expected)])
  })
  it('is none when the very version is published', () => {
    const found = live('1.0.0', ['0.9.0', '1.0.0'])
    expect(found.ok && found.value.unpublished.size).toBe(0)
  })
  it('fails when nothing was ever published', () => {
    expect(live('1.0.0', [])).toEqual({
      ok: false,
      error: { code: 'crate-not-in-registry', crate: 'ours', version: null },
    })
  })
})

describe('entries over time', () => {
  it('keeps stored ones, adds a fresh one beside an equal one, and knows what is still unpublished', () => {
    const [same, older] = [entry('2.0.0', '1.0.0'), entry('1.5.0', '1.0.0')]
    const found = live('2.0.0', ['1.0.0'], [same, older])
    if (!found.ok) throw new Error('failed')
    const { unpublished, fresh, stillUnpublished } = found.value
    const rows = unpublished.get(ours) ?? []
    expect(rows).toEqual([same, older, entry('2.0.0', '1.0.0')])
    expect(rows.map(r => fresh.has(r))).toEqual([false, false, true])
    expect(rows.map(r => stillUnpublished.has(r))).toEqual([true, false, true])
    expect(sincePublished(unpublished, stillUnpublished)).toEqual(['ours'])
    expect(onlyFreshUnpublished(unpublished, r => fresh.has(r)).get(ours)).toHaveLength(1)
  })
  it('asks for local third-party packages only, git versions left out', () => {
    const git = `1.0.0@git:${'a'.repeat(40)}` as VetVersion
    const graph = graphOf(
      at('1.0.0', { isCratesIo: true }),
      at('1.0.0', { isThirdParty: false }),
      at(git),
      at('1.0.0', { name: brand<'CrateName'>('wanted') }),
    )
    expect(needsPublishedVersions(graph)).toEqual(['wanted'])
  })
})
