/** Which source is read, as its archive's checksum, and what that was compared with: in the status bar and on the sheet. */
import { useEffect } from 'react'
import { create } from 'zustand'
import { reviewId, type CrateName, type Delta } from '../../shared/domain.ts'
import type { Review } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { useAppStore } from '../state/app-store.ts'

type Source = Review['sourceNew']

/** What `source` was compared with, in words that go on after its checksum. */
export const VERIFIED: Readonly<Record<Source['verifiedBy'], string>> = {
  index: 'as the registry index states',
  lockfile: 'as Cargo.lock states',
  none: 'not compared with anything',
}

/** Of the reviews that were opened; a few hundred bytes each. */
const useSources = create<{ readonly byReview: ReadonlyMap<string, Source> }>(() => ({ byReview: new Map() }))

/** Keeps the source of an opened review for the status bar and the sheet. */
export function useTellSource({ crate, delta, sourceNew }: Review): void {
  const id = reviewId(crate, delta)
  useEffect(() => {
    useSources.setState(({ byReview }) => ({ byReview: new Map(byReview).set(id, sourceNew) }))
  }, [id, sourceNew])
}

/** Nothing before the review was opened. */
export function SourceLine(props: { readonly crate: CrateName; readonly delta: Delta }) {
  const source = useSources(s => s.byReview.get(reviewId(props.crate, props.delta)) ?? null)
  return source === null ? null : <Line source={source} />
}

/** In the status bar, while a review is on screen. */
export function SourceStatus() {
  const id = useAppStore(s => (s.view.kind === 'review' ? s.view.id : null))
  const source = useSources(s => (id === null ? null : (s.byReview.get(id) ?? null)))
  return source === null ? null : <Line source={source} />
}

function Line({ source }: { readonly source: Source }) {
  const isKnown = source.verifiedBy !== 'none'
  return (
    <span className={isKnown ? 'src-line' : 'src-line warn'} title={`sha256 ${source.checksum}`}>
      <Icon name={isKnown ? 'lock' : 'unknown'} />
      <span>
        Source checksum <span className="m11">{source.checksum.slice(0, 7)}</span>
        <span className="src-why">, {VERIFIED[source.verifiedBy]}</span>
      </span>
    </span>
  )
}
