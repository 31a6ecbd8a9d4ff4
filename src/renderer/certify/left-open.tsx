/** What the review left open, and the field that says in the notes why that is fine. */
import { Icon } from '../parts/icon.tsx'
import { count } from '../parts/words.ts'
import { lineIn, REASON, withLine } from './note-lines.ts'
import type { CertifyState } from './use-plan.ts'

const DENIED_SHOWN = 3

export function LeftOpen(props: {
  readonly state: CertifyState
  readonly unread: number
  readonly onRead: () => void
}) {
  const { review, form, edit } = props.state
  const denied = review?.denied ?? []
  const left = [
    ...(props.unread > 0 ? [count(props.unread, 'file is unread', 'files are unread')] : []),
    ...((review?.openUnits ?? 0) > 0 ? [count(review?.openUnits ?? 0, 'unit is', 'units are') + ' not answered'] : []),
    ...((review?.openItems ?? 0) > 0
      ? [count(review?.openItems ?? 0, 'question', 'questions') + ' of the checklists not answered']
      : []),
  ]
  const drafts = review?.drafts ?? 0
  const reason = lineIn(form.notes, REASON)
  if (left.length === 0 && denied.length === 0 && drafts === 0 && reason === null) return null
  return (
    <div className="notice w" style={{ marginBottom: 8 }}>
      <Icon name="warn" />
      <div className="grow">
        {left.length > 0 && <b className="med">{left.join(', ')}. </b>}
        {drafts > 0 && `${count(drafts, 'note is a draft', 'notes are drafts')} and not in the text below. `}
        {denied.length > 0 && (
          <>
            Answered no: {denied.slice(0, DENIED_SHOWN).join(' ')}
            {denied.length > DENIED_SHOWN && ` and ${denied.length - DENIED_SHOWN} more`}{' '}
          </>
        )}
        <button className="link" onClick={props.onRead}>
          Go back to the review
        </button>
        <label className="why t12">
          Why that is fine
          <input
            className="inp s"
            maxLength={2_000}
            value={reason ?? ''}
            placeholder="goes into the notes"
            onChange={event =>
              edit({
                notes: withLine(form.notes, REASON, event.target.value.trim() === '' ? null : event.target.value),
              })
            }
          />
        </label>
      </div>
    </div>
  )
}
