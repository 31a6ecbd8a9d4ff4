/** How much a note weighs: chosen, and shown as a glyph with its word. */
import { noteSeverity, type NoteSeverity } from '../../shared/review-notes.ts'
import { Icon, type IconName } from '../parts/icon.tsx'

const severityWords: Readonly<Record<NoteSeverity, string>> = {
  remark: 'Remark',
  question: 'Question',
  concern: 'Concern',
  blocker: 'Blocker',
}
const icons: Readonly<Record<NoteSeverity, IconName>> = {
  remark: 'info',
  question: 'unknown',
  concern: 'warn',
  blocker: 'ban',
}
const tones: Readonly<Record<NoteSeverity, string>> = {
  remark: 'sub',
  question: 'acc',
  concern: 'warn',
  blocker: 'err',
}

export function SeveritySelect(props: {
  readonly value: NoteSeverity
  readonly onChange: (value: NoteSeverity) => void
}) {
  return (
    <select
      className="inp s"
      aria-label="Weight"
      value={props.value}
      onChange={event => {
        const chosen = noteSeverity.options.find(value => value === event.target.value)
        if (chosen !== undefined) props.onChange(chosen)
      }}
    >
      {noteSeverity.options.map(value => (
        <option key={value} value={value}>
          {severityWords[value]}
        </option>
      ))}
    </select>
  )
}

export function Severity({ of }: { readonly of: NoteSeverity }) {
  return (
    <span className={`t11 sev ${tones[of]}`}>
      <Icon name={icons[of]} className="sm" />
      {severityWords[of]}
    </span>
  )
}
