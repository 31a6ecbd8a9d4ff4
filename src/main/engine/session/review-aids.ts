/**
 * Reading aids of the open reviews: search over all files of a side, the symbols of the new side. Nothing is stored.
 * A new search of a review ends the one before it.
 */
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import { brand, type AbsolutePath, type CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Findings, SearchQuery } from '../../../shared/review-aids.ts'
import type { Capabilities } from '../capabilities.ts'
import { compareVetVersions } from '../core/version.ts'
import type { IndexVersion } from '../io/registry-index.ts'
import { searchCrate } from '../review/aids/search.ts'
import { findDefinitions, findReferences, indexCrate, type SymbolIndex } from '../review/aids/symbols.ts'
import { openRustParser } from '../review/units/rust-parser.ts'
import type { ReviewSides } from './review-units.ts'

/** Texts and items of so many crates stay in memory. */
const KEPT_INDEXES = 2
const MAX_NAMED = 200

/** The calls of the aids, until `close`. */
export interface ReviewAids {
  readonly handlers: Pick<
    EngineHandlers,
    'review.search' | 'review.versions' | 'review.definitions' | 'review.references' | 'review.outline'
  >
  close(): void
}

/** What aids ask of the open reviews and of the registry. */
export interface ReviewAidsDeps {
  readonly caps: Capabilities
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  readonly versions: (crate: CrateName) => Promise<Result<readonly IndexVersion[], Failure>>
}

/** Looks through nothing before it is asked. */
export function createReviewAids(deps: ReviewAidsDeps): ReviewAids {
  const closing = new AbortController()
  const indexOf = createIndexes(deps.caps, closing.signal)
  const searches = createSearches(deps.caps)
  const withReview = async <T>(
    id: string,
    use: (sides: ReviewSides) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> => {
    const sides = deps.review(id)
    return sides.ok ? use(sides.value) : sides
  }
  return {
    handlers: {
      'review.versions': ({ crate }) => versionsOf(deps, crate),
      'review.definitions': ({ review, ...wanted }) =>
        withReview(review, sides => definitionsIn(indexOf, sides, wanted)),
      'review.references': ({ review, name }) => withReview(review, sides => referencesIn(indexOf, sides, name)),
      'review.outline': ({ review, path }) => withReview(review, sides => outlineIn(indexOf, sides, path)),
      'review.search': ({ review, query }) => withReview(review, sides => searches.search(sides, query)),
    },
    close() {
      closing.abort()
      searches.stop()
    },
  }
}

/** By the folder of a side. */
type IndexOf = (folder: AbsolutePath) => Promise<SymbolIndex>

/** Those asked for last are kept; one that failed is made anew. */
function createIndexes(caps: Capabilities, signal: AbortSignal): IndexOf {
  // Unpacked archives are kept in a folder of their checksum and never change.
  const indexes = new Map<AbsolutePath, Promise<SymbolIndex>>()
  return folder => {
    const run = { signal, onProgress: () => undefined }
    const known = indexes.get(folder)
    const index = known ?? openRustParser().then(parser => indexCrate(caps, parser, folder, run))
    indexes.delete(folder)
    indexes.set(folder, index)
    if (known === undefined) index.catch(() => indexes.get(folder) === index && indexes.delete(folder))
    for (const oldest of indexes.keys()) {
      if (indexes.size <= KEPT_INDEXES) break
      indexes.delete(oldest)
    }
    return index
  }
}

interface Searches {
  search(sides: ReviewSides, query: SearchQuery): Promise<Result<Findings, Failure>>
  /** Ends those that are running. */
  stop(): void
}

/** One at a time for each review. */
function createSearches(caps: Capabilities): Searches {
  const running = new Map<string, AbortController>()
  return {
    async search(sides, query) {
      const folder = query.side === 'old' ? sides.oldFolder : sides.newFolder
      if (folder === null)
        return fail({ code: 'refused', message: 'there is no older version in a full review', help: null })
      running.get(sides.id)?.abort()
      const abort = new AbortController()
      running.set(sides.id, abort)
      try {
        const shownAs = namesOf(sides, query.side)
        const run = { signal: abort.signal, onProgress: () => undefined }
        return await searchCrate(caps, { folder, query, shownAs }, run)
      } finally {
        if (running.get(sides.id) === abort) running.delete(sides.id)
      }
    },
    stop() {
      for (const abort of running.values()) abort.abort()
    },
  }
}

async function versionsOf(deps: ReviewAidsDeps, crate: CrateName): ReturnType<EngineHandlers['review.versions']> {
  const known = await deps.versions(crate)
  if (!known.ok) return known
  const list = known.value.map(({ version, yanked }) => ({ version, isYanked: yanked }))
  return ok(list.sort((a, b) => newestFirst(a.version, b.version)))
}

async function definitionsIn(
  indexOf: IndexOf,
  sides: ReviewSides,
  { name, qualifier, path }: Omit<CallArgs<'review.definitions'>, 'review'>,
): ReturnType<EngineHandlers['review.definitions']> {
  const index = await indexOf(sides.newFolder)
  const isChanged = changedIn(sides)
  const found = await findDefinitions(index, { name, qualifier, path }, isChanged)
  return ok({
    name,
    definitions: [...found.definitions],
    total: found.total,
    notIndexed: index.notIndexed.slice(0, MAX_NAMED),
    notIndexedTotal: index.notIndexed.length,
  })
}

async function referencesIn(indexOf: IndexOf, sides: ReviewSides, name: string): Promise<Result<Findings, Failure>> {
  const startedAt = performance.now()
  const index = await indexOf(sides.newFolder)
  const isChanged = changedIn(sides)
  const { files, total, listed } = await findReferences(index, name, isChanged)
  // Files that parse in part are looked through by their words all the same.
  const partly = new Set(index.files.map(file => file.path))
  const notSearched = index.notIndexed.filter(file => !partly.has(file.path))
  return ok({
    files: [...files],
    total,
    filesSearched: index.files.length,
    notSearched: notSearched.slice(0, MAX_NAMED),
    notSearchedTotal: notSearched.length,
    cut: listed < total ? `only ${listed.toLocaleString('en-US')} of the places are listed` : null,
    tookMs: Math.round(performance.now() - startedAt),
  })
}

async function outlineIn(
  indexOf: IndexOf,
  sides: ReviewSides,
  path: string,
): ReturnType<EngineHandlers['review.outline']> {
  const file = (await indexOf(sides.newFolder)).files.find(other => other.path === path)
  if (file === undefined) return ok({ path, items: [], problem: 'not in the index' })
  const items = file.items.map(({ line, endLine, kind, name, depth }) => ({ line, endLine, kind, name, depth }))
  return ok({ path, items, problem: file.problem })
}

/** Newest first; what is no version of semver comes last. */
function newestFirst(a: string, b: string): number {
  return compareVetVersions(brand<'VetVersion'>(b), brand<'VetVersion'>(a))
}

/** How files of one side are named in the review, and which of them the change touches. */
function namesOf(
  sides: ReviewSides,
  side: 'old' | 'new',
): (file: string) => { readonly path: string; readonly isChanged: boolean } {
  const changed = new Map<string, string>()
  for (const file of sides.files) {
    if (side === 'new' && file.change !== 'deleted') changed.set(file.path, file.path)
    if (side === 'old' && file.change !== 'added') changed.set(file.oldPath ?? file.path, file.path)
  }
  return file => {
    const path = changed.get(file)
    return path === undefined ? { path: file, isChanged: false } : { path, isChanged: true }
  }
}

function changedIn(sides: ReviewSides): (file: string) => boolean {
  const shownAs = namesOf(sides, 'new')
  return file => shownAs(file).isChanged
}
