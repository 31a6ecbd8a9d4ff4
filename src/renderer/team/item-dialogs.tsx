/** What is asked before something is written down about the rows chosen: whom, until when, what state. */
import { useState, type FormEvent } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import { teamItemState, teamPriority, type TeamItemState, type TeamPriority } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { setOverlay } from '../state/app-store.ts'
import { act, forItems, itemsText } from './act.ts'
import { stateWords } from './cells.tsx'
import { dayText, localDay, parseDay } from './dates.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { PeoplePicker } from './people-picker.tsx'
import { whoText } from './people.ts'
import { useMe, useTeam } from './state.ts'

type Keys = { readonly keys: readonly PackageKey[] }

const close = () => setOverlay(null)

export function AssignDialog({ keys }: Keys) {
  const client = useClient()
  const me = useMe()
  const choose = (to: string | null) => {
    close()
    void act(
      client,
      forItems(keys, items => ({ kind: 'assign', items, to })),
      to === null ? `${itemsText(keys)} is with nobody now` : `Assigned ${itemsText(keys)} to ${named(to, me)}`,
    )
  }
  return (
    <DialogFrame title="Assign" about={itemsText(keys)}>
      <PeoplePicker label="Assign to" hasNobody except={null} onChoose={choose} />
    </DialogFrame>
  )
}

/** In the middle of a sentence. */
const named = (who: string, me: string | null): string => {
  const words = whoText(who, me)
  return words === 'You' ? 'you' : words
}

export function HandOverDialog({ keys }: Keys) {
  const client = useClient()
  const me = useMe()
  const [to, setTo] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (to === null) return
    close()
    void act(
      client,
      forItems(keys, items => ({ kind: 'handOver', items, to, note: note.trim() })),
      `Handed ${itemsText(keys)} over to ${named(to, me)}`,
    )
  }
  return (
    <DialogFrame title="Hand over" about={itemsText(keys)}>
      {to === null ? (
        <PeoplePicker label="Hand over to" hasNobody={false} except={me} onChoose={setTo} />
      ) : (
        <form className="dialog-form" onSubmit={submit}>
          <p>
            To <b className="med">{whoText(to, me)}</b>, whose turn it is then; your claim ends.{' '}
            <button type="button" className="link" onClick={() => setTo(null)}>
              Somebody else
            </button>
          </p>
          <label className="col" style={{ gap: 4 }}>
            Note, for example what is left to read
            <textarea
              className="inp"
              autoFocus
              rows={4}
              maxLength={4_000}
              value={note}
              onChange={event => setNote(event.target.value)}
              onKeyDown={event => event.key === 'Enter' && event.ctrlKey && submit(event)}
            />
          </label>
          <div className="row">
            <button className="btn p">
              Hand over <kbd>Ctrl</kbd>
              <kbd>Enter</kbd>
            </button>
          </div>
        </form>
      )}
    </DialogFrame>
  )
}

const DAYS = ['today', 'tomorrow', 'friday', '+7d', '+14d'] as const

export function DueDialog({ keys }: Keys) {
  const client = useClient()
  const today = localDay(Date.now())
  const before = useTeam(s => (keys.length === 1 && keys[0] !== undefined ? (s.items.get(keys[0])?.due ?? null) : null))
  const [text, setText] = useState('')
  const day = parseDay(text, today)
  const save = (date: string | null) => {
    close()
    void act(
      client,
      forItems(keys, items => ({ kind: 'due', items, date })),
      date === null ? `${itemsText(keys)} has no due date now` : `${itemsText(keys)} is due ${dayText(date, today)}`,
    )
  }
  return (
    <DialogFrame title="Due date" about={itemsText(keys)}>
      <form
        className="dialog-form"
        onSubmit={event => {
          event.preventDefault()
          if (day !== null) save(day)
        }}
      >
        <div className="inp">
          <Icon name="clock" />
          <input
            data-autofocus
            aria-label="Due date"
            aria-describedby="due-words"
            aria-invalid={text !== '' && day === null}
            placeholder="friday, +7d, 2w, 6 feb, 2026-02-06"
            spellCheck={false}
            value={text}
            onChange={event => setText(event.target.value)}
          />
        </div>
        <p id="due-words" role="status" className={text !== '' && day === null ? 'warn' : 'sub'}>
          {text === ''
            ? before === null
              ? 'No date yet.'
              : `Due ${dayText(before, today)} so far.`
            : day === null
              ? 'That is no day Assay understands; write a weekday, +7d, or 2026-02-06.'
              : `${dayText(day, today)}${day < today ? ', which is past' : ''}`}
        </p>
        <div className="row wrap" style={{ gap: 6 }}>
          <button className="btn p" disabled={day === null}>
            Set date <kbd>Enter</kbd>
          </button>
          {DAYS.map(word => (
            <button key={word} type="button" className="btn s" onClick={() => save(parseDay(word, today))}>
              {word}
            </button>
          ))}
          <button type="button" className="btn s q right" onClick={() => save(null)}>
            No date
          </button>
        </div>
      </form>
    </DialogFrame>
  )
}

const NEEDS_REASON: readonly TeamItemState[] = ['blocked', 'accepted']
const stateHelp: Partial<Readonly<Record<TeamItemState, string>>> = {
  accepted: 'It stays as it is for a while, for example by an exemption; cargo vet’s own files are not changed.',
  done: 'For the team. What cargo vet says does not change by it.',
}

export function StateDialog({ keys }: Keys) {
  const client = useClient()
  const now = useTeam(s => (keys[0] === undefined ? undefined : s.items.get(keys[0])?.state) ?? 'needs-audit')
  const [state, setState] = useState<TeamItemState>(now)
  const [reason, setReason] = useState('')
  const isMissing = NEEDS_REASON.includes(state) && reason.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isMissing) return
    close()
    void act(
      client,
      forItems(keys, items => ({ kind: 'state', items, state, reason: reason.trim() })),
      `${itemsText(keys)}: ${stateWords[state].toLowerCase()}`,
    )
  }
  return (
    <DialogFrame title="State" about={itemsText(keys)}>
      <form className="dialog-form" onSubmit={submit} data-own-keys>
        <fieldset className="states">
          <legend className="sr">State</legend>
          {teamItemState.options.map((value, i) => (
            <label key={value} className="row" style={{ gap: 8 }}>
              <input
                type="radio"
                name="state"
                data-autofocus={value === now ? true : undefined}
                checked={state === value}
                onChange={() => setState(value)}
                onKeyDown={event => {
                  const at = Number(event.key) - 1
                  const named = teamItemState.options[at]
                  if (named !== undefined) setState(named)
                }}
              />
              {stateWords[value]}
              <kbd className="right">{i + 1}</kbd>
            </label>
          ))}
        </fieldset>
        {stateHelp[state] !== undefined && <p className="sub">{stateHelp[state]}</p>}
        <label className="col" style={{ gap: 4 }}>
          {NEEDS_REASON.includes(state) ? 'Why (needed)' : 'Why'}
          <input
            className="inp"
            maxLength={4_000}
            aria-required={NEEDS_REASON.includes(state)}
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
        </label>
        <div className="row">
          <button className="btn p" disabled={isMissing}>
            Set state <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </DialogFrame>
  )
}

const priorityWords: Readonly<Record<TeamPriority, string>> = {
  urgent: 'Urgent',
  high: 'High',
  normal: 'Normal',
  low: 'Low',
}

export function PriorityDialog({ keys }: Keys) {
  const client = useClient()
  const save = (priority: TeamPriority | null) => {
    close()
    void act(
      client,
      forItems(keys, items => ({ kind: 'priority', items, priority })),
      priority === null
        ? `${itemsText(keys)} has no priority now`
        : `Priority of ${itemsText(keys)}: ${priorityWords[priority].toLowerCase()}`,
    )
  }
  const options = [
    ...teamPriority.options.map(value => [value, priorityWords[value]] as const),
    [null, 'None'],
  ] as const
  return (
    <DialogFrame title="Priority" about={itemsText(keys)}>
      <div
        className="row wrap"
        style={{ gap: 6 }}
        role="group"
        aria-label="Priority"
        onKeyDown={event => {
          const option = options[Number(event.key) - 1]
          if (option !== undefined) save(option[0])
        }}
      >
        {options.map(([value, words], i) => (
          <button key={words} className="btn" data-autofocus={i === 0 ? true : undefined} onClick={() => save(value)}>
            {words} <kbd>{i + 1}</kbd>
          </button>
        ))}
      </div>
    </DialogFrame>
  )
}
