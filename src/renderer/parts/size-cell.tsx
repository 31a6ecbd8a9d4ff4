/** A size that is measured, being measured, not asked for or unknown; they never look alike, and unknown is never 0. */
import { describeFailure } from '../../shared/failure.ts'
import { linesOf } from '../../shared/domain.ts'
import type { Measured } from '../../shared/wire.ts'
import { Icon } from './icon.tsx'
import { count, number } from './words.ts'

const LINES_TITLE = 'Insertions plus deletions, as cargo vet counts them'

/** Lines, then files; the style sheet puts them on one line or two. */
export function SizeCell({ size }: { readonly size: Measured }) {
  if (size.state === 'measuring') return <span className="t11 dim measuring">measuring</span>
  if (size.state === 'not-run') return <span className="t11 dim">not measured</span>
  if (size.state === 'unknown')
    return (
      <span className="v unk t11" title={describeFailure(size.failure).title}>
        <Icon name="unknown" />
        unknown
      </span>
    )
  const files = count(size.stat.filesChanged, 'file')
  return (
    <span title={LINES_TITLE}>
      <span className="num">{number(linesOf(size.stat))}</span>
      <span className="sr"> lines, </span>
      <span className="num dim files t11">{files}</span>
    </span>
  )
}
