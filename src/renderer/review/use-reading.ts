/**
 * What is on screen of a review: a file's change, or for a while what stands in its place, which is the repository beside
 * it or what changed since it was read. Both belong to one file; another file begins with its change.
 */
import { useEffect } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, ReviewFile } from '../../shared/wire.ts'
import { useReviewRecord } from '../provenance/review-tab.tsx'
import { openPair } from '../provenance/state.ts'
import type { RecordState } from '../provenance/use-record.ts'
import { useRepositorySide, type RepositorySide } from '../provenance/use-repository-side.ts'
import { afterPaint } from './first-paint.ts'
import { useFileBrowser, type FileBrowser, type FileSource, type Shown, type TextShown } from './use-file-browser.ts'
import type { ReviewTree } from './use-review-tree.ts'
import { useSinceRead, type SinceRead } from './use-since-read.ts'

export interface Reading {
  readonly browser: FileBrowser
  readonly shown: Shown | null
  /** On screen, or on its way there. */
  readonly selected: string | null
  /** The file on screen; null: none, or one outside of the change. */
  readonly file: ReviewFile | null
  /** The change, or what stands in its place. */
  readonly diff: FileDiff | null
  readonly isText: boolean
  /** The file has lines, also while something else is shown in its place. */
  readonly isTextFile: boolean
  /** What the editor holds, also while another kind of file is shown over it. */
  readonly inEditor: TextShown | null
  readonly failure: Failure | null
  readonly side: RepositorySide
  readonly since: SinceRead
  readonly provenance: RecordState
  /** Null: the version was not compared with its repository. */
  readonly toggleSide: (() => void) | null
  readonly toggleSince: () => void
  retry(): void
  page(page: number): void
  /** What is shown is in the document and will be in the next frame. */
  onShown(): void
  /** Shows a file beside the repository. One that the change does not touch is no part of the review: it opens apart. */
  compare(path: string, show: (path: string) => void): void
}

export function useReading(
  client: EngineClient,
  source: FileSource,
  { filesByPath, order }: Pick<ReviewTree, 'filesByPath' | 'order'>,
  onFirstShown: () => void,
): Reading {
  const { review } = source
  const browser = useFileBrowser(source, order)
  const { shown, wanted } = browser
  const onShown = () => {
    onFirstShown()
    afterPaint(browser.onPainted)
  }
  const shownKind = shown?.diff.kind ?? null
  useEffect(() => {
    if (shown !== null && shownKind !== 'text') onShown()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown?.path, shownKind])
  const provenance = useReviewRecord(review)
  const side = useRepositorySide(review.crate, review.delta.to, shown?.path ?? null)
  const file = shown === null ? null : (filesByPath.get(shown.path) ?? null)
  const since = useSinceRead(client, review.id, file)
  const over = side.isOn || !since.isOn ? side : since
  const diff = over.diff ?? shown?.diff ?? null
  const canCompare = provenance.record !== null && provenance.record.identity !== 'none'
  return {
    ...{ browser, shown, file, diff, side, since, provenance, onShown },
    selected: wanted ?? shown?.path ?? null,
    isText: diff?.kind === 'text',
    isTextFile: shown?.diff.kind === 'text',
    inEditor: over.diff?.kind === 'text' ? { diff: over.diff, line: null } : browser.lastText,
    failure: over.failure ?? browser.failure,
    toggleSide: canCompare ? () => side.set(side.isOn ? null : (shown?.path ?? null)) : null,
    toggleSince() {
      side.set(null)
      since.toggle()
    },
    retry: over.failure !== null ? over.retry : browser.retry,
    page: over.isOn ? over.page : browser.page,
    compare(path, show) {
      if (!filesByPath.has(path)) return openPair({ crate: review.crate, version: review.delta.to }, path)
      side.set(path)
      show(path)
    },
  }
}
