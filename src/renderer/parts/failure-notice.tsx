/** A failure where it happened: title, cause, what to do next. The words are those of every door (failure.ts). */
import type { ReactNode } from 'react'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import { Icon } from './icon.tsx'
import { sentence } from './words.ts'

export function FailureNotice(props: {
  readonly failure: Failure
  readonly tone?: 'e' | 'w'
  /** Sentence in front of the failure's own title, for example what is still shown. */
  readonly lead?: string
  readonly children?: ReactNode
}) {
  const { title, cause, help } = describeFailure(props.failure)
  const tone = props.tone ?? 'e'
  return (
    <div className={`notice ${tone}`} role={tone === 'e' ? 'alert' : 'status'}>
      <Icon name={tone === 'e' ? 'bad' : 'clock'} />
      <div className="grow">
        {props.lead !== undefined && <div className="b">{props.lead}</div>}
        <b className="med pre">{sentence(title)}</b>
        {cause !== null && (
          <div
            className="cause"
            tabIndex={cause.length > 600 ? 0 : undefined}
            role={cause.length > 600 ? 'group' : undefined}
            aria-label={cause.length > 600 ? 'Cause' : undefined}
          >
            {cause}
          </div>
        )}
        {help !== null && <div className="sub pre">{help}</div>}
        {props.children !== undefined && (
          <div className="row wrap" style={{ marginTop: 7, gap: 6 }}>
            {props.children}
          </div>
        )}
      </div>
    </div>
  )
}
