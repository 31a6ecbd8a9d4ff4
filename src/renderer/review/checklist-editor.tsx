/** Changes the questions of one criterion and saves them to the team's assay.toml. Nothing is written before Save. */
import { useState } from 'react'
import type { ChecklistAuto, ChecklistGroup, ChecklistItem } from '../../shared/review-checklist.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { AUTO_WORDS, newItemId } from './checklist-words.ts'

/** `id` null: not saved yet. `key` is the row's own while it is edited. */
interface Edited {
  readonly key: number
  readonly id: string | null
  readonly question: string
  readonly auto: ChecklistAuto | null
}

export function ChecklistEditor(props: {
  readonly group: ChecklistGroup
  readonly onSave: (items: readonly ChecklistItem[]) => Promise<void>
  readonly onCancel: () => void
}) {
  const { group } = props
  const [rows, setRows] = useState<readonly Edited[]>(() =>
    group.rows.map(({ id, question, auto }, key) => ({ key, id, question, auto })),
  )
  const [isSaving, setSaving] = useState(false)
  const change = (key: number, to: Partial<Edited>) =>
    setRows(rows.map(row => (row.key === key ? { ...row, ...to } : row)))
  const move = (at: number, by: 1 | -1) => {
    const next = [...rows]
    next.splice(at + by, 0, ...next.splice(at, 1))
    setRows(next)
  }
  const add = () =>
    setRows([...rows, { key: Math.max(-1, ...rows.map(row => row.key)) + 1, id: null, question: '', auto: null }])
  const asked = rows.filter(row => row.question.trim() !== '')
  const save = async () => {
    setSaving(true)
    const items: ChecklistItem[] = []
    const taken = rows.flatMap(row => row.id ?? [])
    for (const { id, question, auto } of asked) {
      const name = id ?? newItemId(question, [...taken, ...items.map(item => item.id)])
      items.push({ id: name, question: question.trim(), auto })
    }
    await props.onSave(items)
    setSaving(false)
  }
  return (
    <form
      className="rv-check-group rv-check-edit"
      aria-label={`Questions of ${group.criteria}`}
      onSubmit={event => {
        event.preventDefault()
        void save()
      }}
    >
      <header className="row">
        <CriteriaChip name={group.criteria} />
        <span className="t11 dim ell">saved to assay.toml, for everybody on the team</span>
      </header>
      <ol>
        {rows.map((row, i) => (
          <li key={row.key} className="rv-check">
            <textarea
              className="inp"
              rows={2}
              maxLength={2_000}
              value={row.question}
              aria-label={`Question ${i + 1}`}
              placeholder="A question that yes makes good"
              onChange={event => change(row.key, { question: event.target.value })}
            />
            <div className="row">
              <select
                className="inp s grow"
                value={row.auto ?? ''}
                aria-label={`What answers question ${i + 1}`}
                onChange={event => change(row.key, { auto: autoOf(event.target.value) })}
              >
                {Object.entries(AUTO_WORDS).map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
              <button type="button" className="btn q s" disabled={i === 0} onClick={() => move(i, -1)}>
                <Icon name="up" />
                <span className="sr">Move question {i + 1} up</span>
              </button>
              <button type="button" className="btn q s" disabled={i === rows.length - 1} onClick={() => move(i, 1)}>
                <Icon name="down" />
                <span className="sr">Move question {i + 1} down</span>
              </button>
              <button
                type="button"
                className="btn q s"
                onClick={() => setRows(rows.filter(other => other.key !== row.key))}
              >
                <Icon name="close" />
                <span className="sr">Remove question {i + 1}</span>
              </button>
            </div>
          </li>
        ))}
      </ol>
      <div className="row">
        <button className="btn p s" disabled={isSaving || asked.length === 0}>
          Save
        </button>
        <button type="button" className="btn q s" onClick={props.onCancel}>
          Cancel
        </button>
        <button type="button" className="btn s right" onClick={add}>
          Add question
        </button>
      </div>
    </form>
  )
}

function autoOf(value: string): ChecklistAuto | null {
  return value === 'units' || value === 'read' ? value : null
}
