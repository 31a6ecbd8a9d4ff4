/**
 * Command palette and "go to crate": one list over the available commands, the queue's packages and the open reviews.
 * `@` in front narrows to crates. A row says what it is and which key does the same.
 */
import { useMemo, useState, type KeyboardEvent } from 'react'
import { availableCommands, runCommand, useCommandRegistry, type CommandId } from '../commands/command-table.ts'
import { fuzzyMatch } from '../commands/fuzzy.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText } from '../parts/words.ts'
import { navigate, setOverlay, useAppStore } from '../state/app-store.ts'
import { Overlay } from './overlay.tsx'

interface Entry {
  readonly id: string
  readonly icon: IconName
  readonly title: string
  readonly detail: string
  readonly command: CommandId | null
  readonly run: () => void
}
interface Row {
  readonly entry: Entry
  readonly at: ReadonlySet<number>
}

const SHOWN = 60
/** Moving in a list by palette makes no sense; these are keys only. */
const hidden = /^list\./

function useEntries(cratesOnly: boolean): readonly Entry[] {
  const registry = useCommandRegistry()
  const queue = useAppStore(s => s.queue)
  const tabs = useAppStore(s => s.tabs)
  return useMemo(() => {
    const crates = (queue?.items ?? []).map((item): Entry => {
      const detail = item.delta === null ? item.version : changeText(item.delta)
      return {
        id: `crate ${item.key}`,
        icon: 'crate',
        title: item.crate,
        detail: `${detail}, ${item.because === 'failing' ? 'needs audit' : 'exempted'}`,
        command: null,
        run: () => {
          useAppStore.setState({ selectedKey: item.key })
          navigate({ kind: 'queue' })
        },
      }
    })
    if (cratesOnly) return crates
    const open = tabs.map((tab): Entry => ({
      id: `tab ${tab.id}`,
      icon: 'file',
      title: tab.crate,
      detail: `${changeText(tab.delta)}, open review`,
      command: null,
      run: () => navigate({ kind: 'review', id: tab.id }),
    }))
    const available = availableCommands(registry)
      .filter(command => !hidden.test(command.id) && command.id !== 'app.palette')
      .map((command): Entry => ({
        id: command.id,
        icon: 'play',
        title: command.title,
        detail: command.when === 'always' || command.when === 'workspace' ? '' : command.when,
        command: command.id,
        run: () => void runCommand(command.id),
      }))
    return [...available, ...open, ...crates]
  }, [registry, queue, tabs, cratesOnly])
}

function search(entries: readonly Entry[], query: string): readonly Row[] {
  if (query.trim() === '') return entries.slice(0, SHOWN).map(entry => ({ entry, at: new Set<number>() }))
  return entries
    .flatMap((entry, order) => {
      const match = fuzzyMatch(query, entry.title)
      return match === null ? [] : [{ entry, at: new Set(match.at), score: match.score, order }]
    })
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, SHOWN)
}

function Marked({ text, at }: { readonly text: string; readonly at: ReadonlySet<number> }) {
  return <span>{Array.from(text).map((letter, i) => (at.has(i) ? <b key={i}>{letter}</b> : letter))}</span>
}

export function Palette({ mode }: { readonly mode: 'palette' | 'goto' }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const cratesOnly = mode === 'goto' || text.startsWith('@')
  const entries = useEntries(cratesOnly)
  const rows = useMemo(() => search(entries, text.replace(/^@/, '')), [entries, text])
  const index = Math.min(active, Math.max(rows.length - 1, 0))

  const run = (row: Row | undefined) => {
    if (row === undefined) return
    setOverlay(null)
    // After the overlay gave the focus back, so that the command may move it.
    setTimeout(row.entry.run, 0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setActive(Math.min(Math.max(index + step, 0), rows.length - 1))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(rows[index])
    }
  }
  const label = mode === 'goto' ? 'Go to crate' : 'Command palette'
  return (
    <Overlay label={label} className="palette">
      <div className="oh">
        <Icon name="search" className="md" />
        <input
          data-autofocus
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls="palette-rows"
          aria-activedescendant={rows.length > 0 ? `palette-${index}` : undefined}
          spellCheck={false}
          value={text}
          onChange={event => {
            setText(event.target.value)
            setActive(0)
          }}
          onKeyDown={onKeyDown}
        />
        <span className="t11 dim">{cratesOnly ? 'crates' : 'commands, crates, reviews'}</span>
      </div>
      <div className="scroll" id="palette-rows" role="listbox" aria-label={label} style={{ padding: 5 }} tabIndex={-1}>
        {rows.map((row, i) => (
          <div
            key={row.entry.id}
            id={`palette-${i}`}
            className="pc"
            role="option"
            aria-selected={i === index}
            ref={i === index ? element => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            onMouseMove={() => setActive(i)}
            onClick={() => run(row)}
          >
            <Icon name={row.entry.icon} />
            <Marked text={row.entry.title} at={row.at} />
            <span className="t11 dim ell">{row.entry.detail}</span>
            <span className="right">{row.entry.command !== null && <Keys of={row.entry.command} />}</span>
          </div>
        ))}
        {rows.length === 0 && (
          <p className="t12 sub" style={{ padding: '8px 9px' }}>
            Nothing matches “{text}”.
          </p>
        )}
      </div>
      <div className="of">
        <span>
          <kbd>↑</kbd>
          <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Enter</kbd> run
        </span>
        {mode === 'palette' && (
          <span>
            <kbd>@</kbd> crate
          </span>
        )}
        <kbd className="right">Esc</kbd>
      </div>
    </Overlay>
  )
}
