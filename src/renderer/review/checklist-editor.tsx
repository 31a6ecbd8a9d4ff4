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
  const { criteria } = props.group
  const edited = useEditedRows(props.group)
  const [isSaving, setSaving] = useState(false)
  const asked = edited.rows.filter(row => row.question.trim() !== '')
  const save = async () => {
    setSaving(true)
    await props.onSave(itemsOf(edited.rows, asked))
    setSaving(false)
  }
  return (
    <form
      className="rv-check-group rv-check-edit"
      aria-label={`Questions of ${criteria}`}
      onSubmit={event => {
        event.preventDefault()
        void save()
      }}
    >
      <header className="row">
        <CriteriaChip name={criteria} />
        <span className="t11 dim ell">saved to assay.toml, for everybody on the team</span>
      </header>
      <ol>
        {edited.rows.map((row, i) => (
          <EditedRow key={row.key} row={row} at={i} edited={edited} />
        ))}
      </ol>
      <div className="row">
        <button className="btn p s" disabled={isSaving || asked.length === 0}>
          Save
        </button>
        <button type="button" className="btn q s" onClick={props.onCancel}>
          Cancel
        </button>
        <button type="button" className="btn s right" onClick={edited.add}>
          Add question
        </button>
      </div>
    </form>
  )
}

interface EditedRows {
  readonly rows: readonly Edited[]
  readonly change: (key: number, to: Partial<Edited>) => void
  readonly move: (at: number, by: 1 | -1) => void
  readonly remove: (key: number) => void
  readonly add: () => void
}

function useEditedRows(group: ChecklistGroup): EditedRows {
  const [rows, setRows] = useState<readonly Edited[]>(() =>
    group.rows.map(({ id, question, auto }, key) => ({ key, id, question, auto })),
  )
  return {
    rows,
    change: (key, to) => setRows(rows.map(row => (row.key === key ? { ...row, ...to } : row))),
    move(at, by) {
      const next = [...rows]
      next.splice(at + by, 0, ...next.splice(at, 1))
      setRows(next)
    },
    remove: key => setRows(rows.filter(other => other.key !== key)),
    add: () =>
      setRows([...rows, { key: Math.max(-1, ...rows.map(row => row.key)) + 1, id: null, question: '', auto: null }]),
  }
}

/** The questions that are `asked`, each with an id; that of a question left empty is not given to another. */
function itemsOf(rows: readonly Edited[], asked: readonly Edited[]): readonly ChecklistItem[] {
  const items: ChecklistItem[] = []
  const taken = rows.flatMap(row => row.id ?? [])
  for (const { id, question, auto } of asked) {
    const name = id ?? newItemId(question, [...taken, ...items.map(item => item.id)])
    items.push({ id: name, question: question.trim(), auto })
  }
  return items
}

interface RowProps {
  readonly row: Edited
  readonly at: number
  readonly edited: EditedRows
}

function EditedRow({ row, at, edited }: RowProps) {
  return (
    <li className="rv-check">
      <textarea
        className="inp"
        rows={2}
        maxLength={2_000}
        value={row.question}
        aria-label={`Question ${at + 1}`}
        placeholder="A question that yes makes good"
        onChange={event => edited.change(row.key, { question: event.target.value })}
      />
      <div className="row">
        <select
          className="inp s grow"
          value={row.auto ?? ''}
          aria-label={`What answers question ${at + 1}`}
          onChange={event => edited.change(row.key, { auto: autoOf(event.target.value) })}
        >
          {Object.entries(AUTO_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <RowButtons row={row} at={at} edited={edited} />
      </div>
    </li>
  )
}

function RowButtons({ row, at, edited }: RowProps) {
  const { rows, move, remove } = edited
  return (
    <>
      <button type="button" className="btn q s" disabled={at === 0} onClick={() => move(at, -1)}>
        <Icon name="up" />
        <span className="sr">Move question {at + 1} up</span>
      </button>
      <button type="button" className="btn q s" disabled={at === rows.length - 1} onClick={() => move(at, 1)}>
        <Icon name="down" />
        <span className="sr">Move question {at + 1} down</span>
      </button>
      <button type="button" className="btn q s" onClick={() => remove(row.key)}>
        <Icon name="close" />
        <span className="sr">Remove question {at + 1}</span>
      </button>
    </>
  )
}

function autoOf(value: string): ChecklistAuto | null {
  return value === 'units' || value === 'read' ? value : null
}
