import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { auditAsProblems, checkAuditAs, needsDescription, settleAuditAs, type DescribedAs } from './audit-as.ts'
import type { CargoMetadata, MetadataPackage } from './cargo-metadata.ts'
import { SUPPORTED_STORE_VERSION, type PolicyEntry, type VetStore } from './store-model.ts'

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'

function pkg(name: string, version: string, more: Partial<MetadataPackage> = {}): MetadataPackage {
  return {
    id: `${name} ${version} ${more.source ?? ''}`,
    name,
    version,
    source: null,
    description: null,
    repository: null,
    manifestPath: '/Cargo.toml',
    vetMetadata: null,
    ...more,
  }
}

const metadataOf = (...packages: MetadataPackage[]): CargoMetadata => ({
  packages,
  workspaceMembers: [],
  workspaceRoot: '/',
  resolveNodes: [],
  resolveRoot: null,
  workspaceVetMetadata: null,
  origin: 'cargo',
})

const auditAs = (value: boolean | null): PolicyEntry => ({
  auditAsCratesIo: value,
  criteria: null,
  devCriteria: null,
  dependencyCriteria: new Map(),
  notes: null,
})

function storeOf(policy: Record<string, boolean | null>, exempted: string[] = []): VetStore {
  return {
    config: {
      storeVersion: SUPPORTED_STORE_VERSION,
      defaultCriteria: 'safe-to-deploy',
      imports: new Map(),
      policy: new Map(Object.entries(policy).map(([key, value]) => [key, auditAs(value)])),
      exemptions: new Map(exempted.map(name => [brand<'CrateName'>(name), []])),
    },
    audits: { criteria: new Map(), wildcardAudits: new Map(), audits: new Map(), trusted: new Map() },
    imports: { unpublished: new Map(), publisher: new Map(), audits: new Map() },
  }
}

const describedAs: DescribedAs = crate =>
  crate === 'like'
    ? { description: 'A thing', repository: null }
    : crate === 'other'
      ? { description: null, repository: null }
      : null

const like = pkg('like', '1.0.0', { description: 'A thing' })

describe('checkAuditAs', () => {
  it.each([
    ['looks published, no policy', like, {}, [], 'needs'],
    ['looks published, policy without the key', like, { like: null }, [], 'needs'],
    ['looks published, policy true', like, { like: true }, [], 'fine'],
    ['looks published, policy false', like, { like: false }, [], 'fine'],
    ['has an exemption, unlike anything published', pkg('own', '1.0.0'), {}, ['own'], 'needs'],
    ['unlike the published one, no policy', pkg('other', '1.0.0'), {}, [], 'fine'],
    ['unlike the published one, policy true', pkg('other', '1.0.0'), { other: true }, [], 'shouldnt'],
    ['nothing published, policy true', pkg('own', '1.0.0'), { own: true }, [], 'shouldnt'],
    ['policy of another version', like, { 'like:2.0.0': true }, [], 'needs unused'],
    ['a crate from the registry alone', pkg('like', '1.0.0', { source: REGISTRY }), { like: true }, [], 'unused'],
  ] as const)('%s', (_, local, policy, exempted, expected) => {
    const store = storeOf(policy, [...exempted])
    const found = checkAuditAs({ metadata: metadataOf(local), store, describedAs, isOnline: true })
    const kinds = (['needs', 'shouldnt', 'unused'] as const).filter(kind => found[kind].length > 0)
    expect(kinds.join(' ') || 'fine').toBe(expected)
  })
  it('says nothing against a policy when nobody could be asked', () => {
    const metadata = metadataOf(pkg('own', '1.0.0'))
    const found = checkAuditAs({ metadata, store: storeOf({ own: true }), describedAs: () => null, isOnline: false })
    expect(auditAsProblems(found)).toEqual([])
  })
  it('asks only where the answer decides', () => {
    const metadata = metadataOf(
      like,
      pkg('own', '1.0.0'),
      pkg('silent', '1.0.0'),
      pkg('far', '1.0.0', { source: REGISTRY }),
    )
    expect(needsDescription({ metadata, store: storeOf({ silent: false }, ['own']) })).toEqual(['like'])
  })
})

describe('settleAuditAs', () => {
  const settle = (metadata: CargoMetadata, store: VetStore) => {
    const issues = checkAuditAs({ metadata, store, describedAs, isOnline: true })
    const { policy } = settleAuditAs(store.config, metadata, issues, describedAs)
    return Object.fromEntries([...policy].map(([key, entry]) => [key, entry.auditAsCratesIo]))
  }
  it('sets true for a look-alike, false for others, and takes away what matches nothing', () => {
    const metadata = metadataOf(like, pkg('own', '1.0.0'), pkg('other', '1.0.0'))
    expect(settle(metadata, storeOf({ other: true, gone: true }, ['own']))).toEqual({
      gone: null,
      like: true,
      other: false,
      own: false,
    })
  })
  it('names versions where a published copy is in the graph, and keeps the policy there was', () => {
    const metadata = metadataOf(like, pkg('like', '0.9.0', { source: REGISTRY }))
    expect(settle(metadata, storeOf({}))).toEqual({ 'like:0.9.0': null, 'like:1.0.0': true })
    expect(settle(metadata, storeOf({ like: null }))).toEqual({ 'like:0.9.0': null, 'like:1.0.0': true })
  })
})
