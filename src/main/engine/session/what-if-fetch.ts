/**
 * Asking for what figures need: the list of known peers, each peer's audits, and who published what they vouch for by
 * publisher; or the publishers of what is to be read. Everything lands in the cache. What fails is told, not fatal.
 */
import type { CrateName } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { compareText } from '../core/byte-order.ts'
import type { CriteriaMapper } from '../core/criteria.ts'
import type { DepGraph } from '../core/dep-graph.ts'
import { readPeerRegistry, type Peers } from '../io/peers.ts'
import type { WebApi } from '../io/web-api.ts'
import type { Translations } from './online.ts'
import { peerFile } from './what-if-peers.ts'

export interface WhatIfFetch {
  readonly what: 'peers' | 'publishers'
  readonly graph: DepGraph
  readonly mapper: CriteriaMapper
  readonly peers: Peers
  readonly webApi: Pick<WebApi, 'releases'>
  /** Of the list of known peers. */
  readonly address: string
  /** Whose publishers to look up. */
  readonly crates: readonly CrateName[]
  readonly translations: Translations
  /** Peers of the draft that are named by address. */
  readonly stated: readonly { readonly name: string; readonly urls: readonly string[] }[]
}

/** What failed, one sentence each. @failure as readPeerRegistry: without the list there is nothing to do */
export async function fetchForWhatIf(input: WhatIfFetch, run: Run): Promise<Result<string[], Failure>> {
  const problems: string[] = []
  if (input.what === 'publishers') {
    await lookUp(input, input.crates, 0, problems, run)
    return ok(problems)
  }
  const known = await readPeerRegistry(input.peers, input.address, run)
  if (!known.ok) return known
  const names = [...known.value, ...input.stated.map(({ name, urls }) => [name, urls] as const)]
  let done = 0
  const vouched = new Set<CrateName>()
  const { peers, mapper, translations } = input
  await Promise.all(
    names.map(async ([name, url]) => {
      const config = { url, exclude: [], criteriaMap: new Map() }
      const file = await peerFile({ mapper, peers, translations }, name, config, run)
      if (file.ok) for (const crate of file.value.file.wildcardAudits.keys()) vouched.add(crate)
      else problems.push(`The audits of ${name}: ${describeFailure(file.error).title}.`)
      run.onProgress({ done: ++done, total: names.length, step: name })
    }),
  )
  run.signal.throwIfAborted()
  const inGraph = new Set(input.graph.nodes.flatMap(node => (node.isThirdParty ? [node.name] : [])))
  const crates = [...vouched].filter(crate => inGraph.has(crate)).sort(compareText)
  await lookUp(input, crates, names.length, problems, run)
  return ok(problems)
}

/** One after the other: the registry asks for patience between requests. */
async function lookUp(
  { webApi }: WhatIfFetch,
  crates: readonly CrateName[],
  before: number,
  problems: string[],
  run: Run,
): Promise<void> {
  const failed: string[] = []
  for (const [i, crate] of crates.entries()) {
    run.signal.throwIfAborted()
    const answer = await webApi.releases(crate, run)
    const total = before + crates.length
    run.onProgress({ done: before + i + 1, total, step: `publishers of ${crate}` })
    if (!answer.ok) failed.push(`${crate}: ${describeFailure(answer.error).title}`)
  }
  const [first] = failed
  if (first === undefined) return
  const more = failed.length > 1 ? `, and ${failed.length - 1} more` : ''
  problems.push(`The publishers of ${first}${more}.`)
}
