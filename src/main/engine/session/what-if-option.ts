/** One change that is offered, and what the lists of them are made from. */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import type { WhatIfChange } from '../../../shared/what-if.ts'
import { livePublishers, type Release } from '../core/publishers.ts'
import type { PublisherEntry } from '../core/store-model.ts'
import type { Candidate } from '../core/what-if-gain.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import type { Translations } from './online.ts'
import type { CachedPeers } from './what-if-peers.ts'

export interface OptionsInput {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly today: IsoDate
  readonly draft: readonly WhatIfChange[]
  /** The list of known peers; null when it was never fetched. */
  readonly known: ReadonlyMap<string, readonly string[]> | null
  readonly peers: CachedPeers
  readonly translations: Translations
  /** Releases of crates as last heard. */
  readonly releases: ReadonlyMap<CrateName, readonly Release[]>
}

export interface Option {
  readonly change: WhatIfChange
  readonly title: string
  readonly detail: string
  /** Null: its figure is not known; `why` says why. */
  readonly candidate: Candidate | null
  readonly why: string | null
  readonly fetchedAt: number | null
}

/** All releases by anybody known, in order; null when nobody was asked. */
export function releasesOf(
  { releases, solved }: Pick<OptionsInput, 'releases' | 'solved'>,
  crate: CrateName,
): readonly PublisherEntry[] | null {
  const known = releases.get(crate)
  if (known !== undefined) return livePublishers([], known).rows
  return solved.store.imports.publisher.get(crate) ?? null
}
