/**
 * What a what-if page keeps between its calls, and what is answered from it without asking anybody: copies of peers'
 * files, publishers as last heard, files as peers wrote them, resolvers with a memory. All in memory; `forget` drops
 * what may differ in the cache by then.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { inOrder, type WhatIfChange } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import type { Release } from '../core/publishers.ts'
import { openPeers, peerRegistryUrl } from '../io/peers.ts'
import type { Answer } from './answer.ts'
import { rememberingResolvers } from './flow.ts'
import { createTranslations, type Translations } from './online.ts'
import { cachedPeers, rememberedRegistry, unmappedCriteria, type CachedPeers, type RawFiles } from './what-if-peers.ts'
import type { WhatIfDeps } from './what-if-session.ts'
import type { SolveInput } from './what-if-solve.ts'

/** Addresses of known peers by name. */
export type KnownPeers = ReadonlyMap<string, readonly string[]>
type Releases = ReadonlyMap<CrateName, readonly Release[]>

export interface WhatIfMemory {
  /** Of the list of known peers. */
  readonly address: string
  readonly peers: CachedPeers
  readonly translations: Translations
  /** As the list last said; null when it was never fetched or cannot be read. */
  knownPeers(): Promise<KnownPeers | null>
  /** Publishers as last heard, of what is to be read and of what peers vouch for by publisher. */
  heard(answer: Answer): Promise<Releases>
  unmappedIn(answer: Answer): SolveInput['unmappedOf']
  /** For solving with cached answers only, all changes as one step. */
  solveInput(answer: Answer): SolveInput
  forget(): void
}

/** Looks nothing up yet. `quiet` ends with the workspace. */
export function openMemory(deps: WhatIfDeps, quiet: Run): WhatIfMemory {
  const peers = cachedPeers(openPeers(deps.caps, deps.cache, { offline: true }))
  const translations = createTranslations()
  const raw: RawFiles = new Map()
  const resolvers = rememberingResolvers()
  const address = peerRegistryUrl(deps.caps)
  let releases: Releases | null = null
  const unmappedIn = (answer: Answer) => unmappedOf(answer, peers, raw)

  return {
    ...{ address, peers, translations, unmappedIn },
    knownPeers: () => rememberedRegistry(peers, address, quiet),
    async heard(answer) {
      if (releases !== null) return releases
      return (releases = await rememberedReleases(answer, deps.webApi))
    },
    solveInput: answer => ({
      ...{ workspace: answer.workspace, solved: answer.solved, live: answer.live, translations, resolvers },
      ...{ today: deps.today(), sources: cachedSources(deps, peers), onFailure: 'use-stored', how: 'together' },
      ...{ generation: deps.generation(), sizeOf: deps.sizeOf, unmappedOf: unmappedIn(answer) },
      nowMs: () => performance.now(),
    }),
    forget() {
      peers.forget()
      releases = null
    },
  }
}

async function rememberedReleases({ workspace }: Answer, webApi: WhatIfDeps['webApi']): Promise<Releases> {
  const found = new Map<CrateName, readonly Release[]>()
  for (const name of new Set(workspace.graph.nodes.flatMap(n => (n.isThirdParty ? [n.name] : [])))) {
    const known = await webApi().remembered(name)
    if (known !== null) found.set(name, known)
  }
  return found
}

const unmappedOf =
  ({ workspace }: Answer, peers: CachedPeers, raw: RawFiles): SolveInput['unmappedOf'] =>
  change =>
    unmappedCriteria({
      ...{ peers, raw, graph: workspace.graph, mapper: workspace.mapper },
      importName: change.name,
      config: { url: change.urls, exclude: [], criteriaMap: new Map() },
    })

/** Cached answers only. */
const cachedSources = ({ webApi }: WhatIfDeps, peers: CachedPeers): SolveInput['sources'] => ({
  peers,
  registry: { versions: crate => Promise.resolve(fail({ code: 'offline', needed: `the index entry of ${crate}` })) },
  webApi: {
    async releases(crate) {
      const known = await webApi().remembered(crate)
      return known === null ? fail({ code: 'offline', needed: `the publishers of ${crate}` }) : ok(known)
    },
  },
})

/**
 * The changes in the order they are carried out, with the addresses of peers that are known by name.
 * @failure peer-unknown
 */
export async function withUrls(
  memory: Pick<WhatIfMemory, 'address' | 'knownPeers'>,
  changes: readonly WhatIfChange[],
): Promise<Result<readonly WhatIfChange[], Failure>> {
  const known = await memory.knownPeers()
  const complete: WhatIfChange[] = []
  for (const change of inOrder(changes)) {
    if (change.kind !== 'import' || change.urls.length > 0) complete.push(change)
    else {
      const urls = known?.get(change.name)
      if (urls === undefined) return fail({ code: 'peer-unknown', name: change.name, registry: memory.address })
      complete.push({ ...change, urls: [...urls] })
    }
  }
  return ok(complete)
}
