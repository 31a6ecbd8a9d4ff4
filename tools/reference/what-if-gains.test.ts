/**
 * The figures of single rows against solving the whole queue, on random stores with peers and publishers in memory: what
 * a row says that it adds to a draft is the difference that solving with and without it makes. The smallest set clears
 * as much as everything together, and no set with one change fewer does.
 */
import { describe, expect, it } from 'vitest'
import type { CrateName, IsoDate } from '../../src/shared/domain.ts'
import { fail, ok } from '../../src/shared/result.ts'
import { changeId, type WhatIfChange, type WhatIfResult } from '../../src/shared/what-if.ts'
import { buildCriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../../src/main/engine/core/dep-graph.ts'
import type { Release } from '../../src/main/engine/core/publishers.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { rememberingResolvers, solve, type LoadedWorkspace, type Solved } from '../../src/main/engine/session/flow.ts'
import { createTranslations, goOnline } from '../../src/main/engine/session/online.ts'
import { createFigures, type Figures } from '../../src/main/engine/session/what-if-figures.ts'
import { listOptions } from '../../src/main/engine/session/what-if-options.ts'
import { cachedPeers } from '../../src/main/engine/session/what-if-peers.ts'
import { solveChanges } from '../../src/main/engine/session/what-if-solve.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { CASE_TODAY } from './case.ts'
import { ORIGIN, type OnlineCase } from './online/case.ts'
import { generateOnlineCase } from './online/generate.ts'
import { createRandom, type Random } from './random.ts'

const CASES = 150
const FIRST_SEED = 31_000
const run = { signal: new AbortController().signal, onProgress: () => undefined }
const PLACES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }

interface Bench {
  readonly figures: Figures
  readonly changes: readonly WhatIfChange[]
  readonly known: ReadonlyMap<string, readonly string[]>
  solve(draft: readonly WhatIfChange[], how?: 'steps' | 'together'): Promise<WhatIfResult | null>
}

/** Null where the workspace cannot be solved as it is. */
async function benchFor(subject: OnlineCase): Promise<Bench | null> {
  const metadata = readMetadataJson(new TextEncoder().encode(JSON.stringify(subject.metadata)))
  const store = parseStore(subject.store, PLACES)
  if (!metadata.ok || !store.ok) return null
  const mapper = buildCriteriaMapper(store.value.audits)
  if (!mapper.ok) return null
  const graph = buildDepGraph(metadata.value, store.value.config.policy)
  const sha256 = { config: '', audits: '', imports: '' }
  const loaded = {
    ...{ storeDir: '/s' as never, places: PLACES, texts: subject.store, sha256 },
    ...{ store: store.value, recovery: null, unlockedBecause: null },
  }
  const workspace: LoadedWorkspace = {
    ...{ root: '/w' as never, name: 'w', metadata: metadata.value, cargoVersion: null, graph, loaded },
    mapper: mapper.value,
  }
  const peers = cachedPeers({
    remembered(url) {
      const file = subject.served[url.replace(ORIGIN, '')]
      return file?.status === 200 ? { text: file.body, fetchedAt: 1 } : null
    },
  })
  const releases = new Map<CrateName, readonly Release[]>(
    Object.entries(subject.releases).map(([crate, rows]) => [
      crate as CrateName,
      rows.map(({ version, when, by }) => ({
        version: version as never,
        createdAt: when as IsoDate,
        source:
          by === null
            ? null
            : by.kind === 'user'
              ? { kind: 'user' as const, userId: BigInt(by.id), login: by.login, name: by.name }
              : { kind: 'trusted-publisher' as const, signature: `github:${by.repository}` },
      })),
    ]),
  )
  const sources = {
    peers,
    registry: {
      versions: (crate: CrateName) => {
        const rows = subject.releases[crate]
        const version = (row: { readonly version: string }) => ({
          ...row,
          checksum: '',
          yanked: false,
          publishedAt: null,
        })
        return Promise.resolve(ok((rows ?? []).map(version)))
      },
    },
    webApi: {
      releases: (crate: CrateName) => {
        const known = releases.get(crate)
        return Promise.resolve(known === undefined ? fail({ code: 'offline', needed: crate } as const) : ok(known))
      },
    },
  }
  const translations = createTranslations()
  const online = { store: store.value, graph, mapper: mapper.value, ...sources, translations }
  const live = await goOnline({ ...online, mode: 'normal', onFailure: 'use-stored' }, run)
  if (!live.ok || live.value.stale.length > 0) return null
  const solved = solve(workspace, live.value.store, live.value.isFresh)
  if (!solved.ok || solved.value.report.conclusion === 'fail (violation)') return null
  const known = new Map(['peer-a', 'peer-b', 'peer-c'].map((name, i) => [name, [addressOf(subject, i)]]))
  return withFigures(workspace, solved.value, { peers, releases, sources, translations, known, live: live.value })
}

/** Files of peers under other names, so that none of them is imported already. */
function addressOf(subject: OnlineCase, i: number): string {
  const at = Object.keys(subject.served).filter(name => name.endsWith('/0.toml') || name.endsWith('/1.toml'))
  return `${ORIGIN}${at[i % at.length] ?? '/none'}?as=${i}`
}

async function withFigures(
  workspace: LoadedWorkspace,
  solved: Solved,
  parts: {
    readonly peers: ReturnType<typeof cachedPeers>
    readonly releases: ReadonlyMap<CrateName, readonly Release[]>
    readonly sources: Parameters<typeof solveChanges>[0]['sources']
    readonly translations: ReturnType<typeof createTranslations>
    readonly known: ReadonlyMap<string, readonly string[]>
    readonly live: Parameters<typeof solveChanges>[0]['live']
  },
): Promise<Bench> {
  const today = CASE_TODAY as IsoDate
  const { known, releases, translations, live, sources } = parts
  const read = { workspace, solved, today, draft: [], known, peers: parts.peers, translations, releases }
  const listed = await listOptions(read, run)
  const options = listed.options.filter(option => option.candidate !== null && option.change.kind !== 'move')
  const unmappedOf = () => []
  const sizeOf = () => null
  const input = { workspace, today, translations, solved, live, sources, sizeOf, unmappedOf, generation: 1 }
  const withUrls = (change: WhatIfChange): WhatIfChange =>
    change.kind === 'import' && change.urls.length === 0
      ? { ...change, urls: [...(known.get(change.name) ?? [])] }
      : change
  return {
    known,
    figures: createFigures({ workspace, solved, releases, options, sizeOf, unmappedOf }),
    changes: options.map(option => option.change),
    async solve(draft, how = 'together') {
      const more = {
        onFailure: 'use-stored' as const,
        resolvers: rememberingResolvers(),
        how,
        nowMs: () => 0,
      }
      const done = await solveChanges({ ...input, ...more }, draft.map(withUrls), run)
      return done.ok && done.value.result.unknown.length === 0 ? done.value.result : null
    },
  }
}

const verdictOf = (result: WhatIfResult | null) =>
  result && {
    after: result.after,
    changed: result.changed,
    lockedOnly: result.lockedOnly,
    violations: result.violations.map(v => v.key),
  }
const pick = (random: Random, changes: readonly WhatIfChange[]) => random.some([...changes], 0.3)
const holds = (result: WhatIfResult | null): result is WhatIfResult =>
  result !== null && result.after.conclusion !== 'fail (violation)'

describe('figures of rows on random stores', () => {
  it('are the difference that solving makes', async () => {
    let compared = 0
    let helpful = 0
    for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      const bench = await benchFor(served(generateOnlineCase(seed)))
      if (bench === null || bench.changes.length === 0) continue
      const random = createRandom(seed)
      const draft = pick(random, bench.changes)
      const without = await bench.solve(draft)
      if (!holds(without)) continue
      expect(verdictOf(without), `seed ${seed}, one step after the other`).toEqual(
        verdictOf(await bench.solve(draft, 'steps')),
      )
      const rows = bench.figures.rows(draft)
      for (const change of bench.changes) {
        if (draft.includes(change)) continue
        const withIt = await bench.solve([...draft, change])
        if (!holds(withIt)) continue
        const gain = rows.find(row => row.id === changeId(change))?.gain
        const context = `seed ${seed}, ${draft.map(changeId).join(' + ')} and ${changeId(change)}`
        expect(gain?.items, context).toBe(without.after.counts.failing - withIt.after.counts.failing)
        // What fails no longer may rest on an exemption and the other way round, so both are counted together.
        const before = without.after.counts.failing + without.after.exemptedItems
        const after = withIt.after.counts.failing + withIt.after.exemptedItems
        if (gain?.items === 0) expect(gain.exempted, context).toBe(before - after)
        compared++
        if ((gain?.items ?? 0) > 0) helpful++
      }
    }
    expect(compared).toBeGreaterThan(60)
    expect(helpful).toBeGreaterThan(5)
  }, 120_000)

  it('give a smallest set that solving agrees with, and no smaller one', async () => {
    let found = 0
    for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      const bench = await benchFor(served(generateOnlineCase(seed)))
      if (bench === null || bench.changes.length === 0) continue
      const smallest = bench.figures.smallest(1)
      if (smallest.of !== 'failing' || smallest.changes.length === 0) continue
      const context = `seed ${seed}: ${smallest.changes.map(changeId).join(' + ')}`
      const solved = await bench.solve(smallest.changes)
      if (!holds(solved)) continue
      expect(solved.after.counts.failing, context).toBe(smallest.items - smallest.clears)
      expect(smallest.limit, context).toBe(0)
      for (const gone of smallest.changes) {
        const fewer = await bench.solve(smallest.changes.filter(change => change !== gone))
        if (holds(fewer))
          expect(fewer.after.counts.failing, `${context} without ${changeId(gone)}`).toBeGreaterThan(
            solved.after.counts.failing,
          )
      }
      found++
    }
    expect(found).toBeGreaterThan(10)
  }, 120_000)
})

/** Addresses with a query are the same files. */
function served(subject: OnlineCase): OnlineCase {
  const again = Object.entries(subject.served).flatMap(([at, file]) =>
    [0, 1, 2].map(i => [`${at}?as=${i}`, file] as const),
  )
  return { ...subject, served: { ...subject.served, ...Object.fromEntries(again) } }
}
