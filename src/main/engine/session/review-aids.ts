/**
 * Reading aids of the open reviews: search over all files of a side, the symbols of the new side. Nothing is stored.
 * A new search of a review ends the one before it.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { brand, type AbsolutePath, type CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
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

export interface ReviewAids {
  readonly handlers: Pick<
    EngineHandlers,
    'review.search' | 'review.versions' | 'review.definitions' | 'review.references' | 'review.outline'
  >
  close(): void
}

/** Newest first; what is no version of semver comes last. */
function newestFirst(a: string, b: string): number {
  return compareVetVersions(brand<'VetVersion'>(b), brand<'VetVersion'>(a))
}

export interface ReviewAidsDeps {
  readonly caps: Capabilities
  readonly review: (id: string) => ReviewSides | null
  readonly versions: (crate: CrateName) => Promise<Result<readonly IndexVersion[], Failure>>
}

export function createReviewAids(deps: ReviewAidsDeps): ReviewAids {
  const running = new Map<string, AbortController>()
  const closing = new AbortController()
  // Unpacked archives are kept in a folder of their checksum and never change.
  const indexes = new Map<AbsolutePath, Promise<SymbolIndex>>()
  const indexOf = (folder: AbsolutePath): Promise<SymbolIndex> => {
    const run = { signal: closing.signal, onProgress: () => undefined }
    const known = indexes.get(folder)
    const index = known ?? openRustParser().then(parser => indexCrate(deps.caps, parser, folder, run))
    indexes.delete(folder)
    indexes.set(folder, index)
    if (known === undefined) index.catch(() => indexes.delete(folder))
    for (const oldest of indexes.keys()) {
      if (indexes.size <= KEPT_INDEXES) break
      indexes.delete(oldest)
    }
    return index
  }
  return {
    handlers: {
      'review.versions': async ({ crate }) => {
        const known = await deps.versions(crate)
        if (!known.ok) return known
        const list = known.value.map(({ version, yanked }) => ({ version, isYanked: yanked }))
        return ok(list.sort((a, b) => newestFirst(a.version, b.version)))
      },
      'review.definitions': async ({ review, name, qualifier, path }) => {
        const sides = deps.review(review)
        if (sides === null) return fail({ code: 'review-unknown', review })
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
      },
      'review.references': async ({ review, name }) => {
        const sides = deps.review(review)
        if (sides === null) return fail({ code: 'review-unknown', review })
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
      },
      'review.outline': async ({ review, path }) => {
        const sides = deps.review(review)
        if (sides === null) return fail({ code: 'review-unknown', review })
        const file = (await indexOf(sides.newFolder)).files.find(other => other.path === path)
        if (file === undefined) return ok({ path, items: [], problem: 'not in the index' })
        const items = file.items.map(({ line, endLine, kind, name, depth }) => ({ line, endLine, kind, name, depth }))
        return ok({ path, items, problem: file.problem })
      },
      'review.search': async ({ review, query }) => {
        const sides = deps.review(review)
        if (sides === null) return fail({ code: 'review-unknown', review })
        const folder = query.side === 'old' ? sides.oldFolder : sides.newFolder
        if (folder === null)
          return fail({ code: 'refused', message: 'there is no older version in a full review', help: null })
        running.get(review)?.abort()
        const abort = new AbortController()
        running.set(review, abort)
        try {
          const shownAs = namesOf(sides, query.side)
          const run = { signal: abort.signal, onProgress: () => undefined }
          return await searchCrate(deps.caps, { folder, query, shownAs }, run)
        } finally {
          if (running.get(review) === abort) running.delete(review)
        }
      },
    },
    close() {
      closing.abort()
      for (const abort of running.values()) abort.abort()
    },
  }
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
