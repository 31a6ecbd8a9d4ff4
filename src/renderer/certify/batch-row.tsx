/** One audit of several: whether it is chosen, what was read of it, its criteria and its notes. */
import { useState } from 'react'
import { describeFailure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { useAutosave } from '../parts/use-autosave.ts'
import { changeText, count, number } from '../parts/words.ts'
import { openReview } from '../state/app-store.ts'
import { itemId, type BatchItem, type BatchState } from './use-batch.ts'

export function BatchRow(props: {
  readonly item: BatchItem
  /** As of the last mark in its own review; null when nothing was marked there. */
  readonly marked: { readonly lines: number; readonly total: number } | null
  readonly isChosen: boolean
  /** Null: always part of it. */
  readonly onToggle: (() => void) | null
  readonly state: BatchState
}) {
  const { item, isChosen, state } = props
  const client = useClient()
  const id = itemId(item)
  const step = state.plan?.steps.find(({ request }) => itemId(request) === id)
  const prepared = state.prepared.get(id)
  const [edited, setEdited] = useState<{ readonly notes: string } | null>(null)
  useAutosave(edited, ({ notes }) => {
    const { crate, delta, criteria } = item
    void client.call('certify.saveDraft', { crate, delta, criteria: [...criteria], who: '', notes })
  })
  const name = `${item.crate} ${changeText(item.delta)}`
  const read = isChosen ? (step?.read ?? null) : null
  const isWhole = read !== null && read.unread.length === 0
  return (
    <li className={isChosen ? 'cc on' : 'cc'}>
      {props.onToggle !== null && (
        <input type="checkbox" aria-label={`Certify ${name}`} checked={isChosen} onChange={props.onToggle} />
      )}
      <div className="grow bt-row">
        <div className="row wrap">
          <b className="med">{item.crate}</b>
          <span className="mono t12 sub">{changeText(item.delta)}</span>
          {step?.criteria
            .filter(criterion => criterion.isSelected)
            .map(criterion => (
              <CriteriaChip key={criterion.name} name={criterion.name} />
            ))}
          <button className="link t12 right" onClick={() => openReview(item.crate, item.delta, item.key)}>
            Open the review
          </button>
        </div>
        <div className="row t12">
          {read !== null ? (
            <>
              <Icon name={isWhole ? 'ok' : 'warn'} className={isWhole ? 'ok' : 'warn'} />
              <span>
                {number(read.files)} of {count(read.filesTotal, 'file')} read, {number(read.lines)} of{' '}
                {count(read.linesTotal, 'line')}
              </span>
            </>
          ) : isChosen ? (
            <span className="sub">
              {prepared === undefined ? 'Looking at what was read' : 'Not known what was read'}
            </span>
          ) : (
            <span className="sub">
              {props.marked === null
                ? 'Nothing marked read'
                : `${number(props.marked.lines)} of ${count(props.marked.total, 'line')} read`}
            </span>
          )}
          {isChosen && (prepared?.left ?? 0) > 0 && (
            <span className="warn">{count(prepared?.left ?? 0, 'thing')} left open in the review</span>
          )}
        </div>
        {isChosen && prepared?.failure !== null && prepared?.failure !== undefined && (
          <p className="t12 err">{describeFailure(prepared.failure).title}</p>
        )}
        {isChosen && prepared !== undefined && (
          <textarea
            className="inp mono"
            aria-label={`Notes of ${name}`}
            placeholder="Notes, optional"
            rows={Math.min(8, Math.max(2, prepared.notes.split('\n').length))}
            value={prepared.notes}
            onChange={event => {
              state.setNotes(item, event.target.value)
              setEdited({ notes: event.target.value })
            }}
          />
        )}
      </div>
    </li>
  )
}
