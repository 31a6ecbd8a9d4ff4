/** Choosing a person or a group by typing: oneself first, then people, then groups; any other `Name <address>` or `@group` too. */
import { useState, type KeyboardEvent } from 'react'
import { teamAssignee } from '../../shared/team.ts'
import { fuzzyMatch } from '../commands/fuzzy.ts'
import { Icon } from '../parts/icon.tsx'
import { personName } from '../parts/words.ts'
import { Avatar } from './cells.tsx'
import { assignables, isSame } from './people.ts'
import { useMe, useTeam } from './state.ts'

const SHOWN = 8

export interface Choice {
  /** Null: nobody. */
  readonly who: string | null
}

function useChoices(query: string, hasNobody: boolean, except: string | null): readonly Choice[] {
  const team = useTeam(s => s.team)
  const known = assignables(team).filter(({ who }) => except === null || !isSame(who, except))
  const wanted = query.trim()
  const scored = known
    .flatMap(({ who }, place) => {
      const match = fuzzyMatch(wanted, who)
      return match === null ? [] : [{ who, score: wanted === '' ? 0 : match.score, place }]
    })
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .slice(0, SHOWN)
    .map(({ who }) => ({ who }))
  const isNew = teamAssignee.safeParse(wanted).success && !known.some(({ who }) => isSame(who, wanted))
  const nobody = hasNobody && (wanted === '' || 'nobody unassigned'.includes(wanted.toLowerCase()))
  return [...(isNew ? [{ who: wanted }] : []), ...scored, ...(nobody ? [{ who: null }] : [])]
}

export function PeoplePicker(props: {
  readonly label: string
  readonly hasNobody: boolean
  readonly nobodyText?: string
  /** Not offered: oneself cannot be handed what one has. */
  readonly except: string | null
  readonly onChoose: (who: string | null) => void
}) {
  const me = useMe()
  const [query, setQuery] = useState('')
  const [index, setIndex] = useState(0)
  const choices = useChoices(query, props.hasNobody, props.except)
  const at = Math.min(index, choices.length - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setIndex(Math.min(Math.max(at + step, 0), Math.max(choices.length - 1, 0)))
    else if (event.key === 'Enter' && choices[at] !== undefined) props.onChoose(choices[at].who)
    else return
    event.preventDefault()
  }
  return (
    <div className="picker">
      <div className="inp">
        <Icon name="search" />
        <input
          data-autofocus
          role="combobox"
          aria-label={props.label}
          aria-expanded={choices.length > 0}
          aria-controls="people-list"
          aria-activedescendant={at < 0 ? undefined : `person-${at}`}
          placeholder="Name, Name <address>, or @group"
          spellCheck={false}
          value={query}
          onChange={event => {
            setQuery(event.target.value)
            setIndex(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      {choices.length === 0 && (
        <p className="t12 sub pad">Nobody of that name is known here yet. Write it as “Name &lt;address&gt;”.</p>
      )}
      <ul id="people-list" role="listbox" aria-label={props.label}>
        {choices.map(({ who }, i) => (
          <li
            key={who ?? 'nobody'}
            id={`person-${i}`}
            role="option"
            aria-selected={i === at}
            className="pc"
            onMouseMove={() => setIndex(i)}
            onMouseDown={event => event.preventDefault()}
            onClick={() => props.onChoose(who)}
          >
            <Avatar who={who} me={me} />
            <PersonWords
              who={who}
              nobody={props.nobodyText ?? 'Nobody'}
              isMe={who !== null && me !== null && isSame(who, me)}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}

function PersonWords(props: { readonly who: string | null; readonly nobody: string; readonly isMe: boolean }) {
  const { who, isMe } = props
  if (who === null) return <span>{props.nobody}</span>
  if (who.startsWith('@'))
    return (
      <>
        <span>{who}</span>
        <span className="t11 dim">group</span>
      </>
    )
  return (
    <>
      <span>{isMe ? 'You' : personName(who)}</span>
      <span className="t11 dim ell">{who.slice(who.lastIndexOf('<') + 1, -1)}</span>
    </>
  )
}
