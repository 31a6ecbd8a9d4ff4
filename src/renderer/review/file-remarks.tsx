/** A line above the file that says what its text does not show as it is in the file. */
import type { FileDiff } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'

export function FileRemarks({ diff }: { readonly diff: FileDiff | null }) {
  const remarks = diff === null || diff.kind === 'binary' ? [] : diff.remarks
  if (remarks.length === 0) return null
  const text = remarks.join('. ')
  return (
    <p className="rv-remark-line t11" title={text}>
      <Icon name="info" />
      <span className="ell">{text}.</span>
    </p>
  )
}
