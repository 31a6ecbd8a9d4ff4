/** The shortcuts of the whole application, by place, from the command table; those that would do nothing now are faint. */
import {
  availableCommands,
  commands,
  useCommandRegistry,
  type Command,
  type CommandId,
} from '../commands/command-table.ts'
import { keyCaps } from '../commands/key-text.ts'
import { changeSettings } from '../state/actions.ts'
import { useClient } from '../client.ts'
import { useAppStore, useSettings } from '../state/app-store.ts'
import { EscButton, Overlay } from './overlay.tsx'

const columns: readonly (readonly { readonly title: string; readonly when: readonly Command['when'][] }[])[] = [
  [
    { title: 'Everywhere', when: ['always', 'workspace'] },
    { title: 'Provenance', when: ['provenance', 'pair'] },
  ],
  [
    { title: 'Lists', when: ['list'] },
    { title: 'Queue', when: ['queue'] },
    { title: 'Certify', when: ['certify'] },
  ],
  [{ title: 'Review', when: ['review'] }],
]

function Shortcut(props: { readonly command: Command; readonly isMac: boolean; readonly isAvailable: boolean }) {
  const { command, isMac, isAvailable } = props
  return (
    <div className={isAvailable ? 'kr' : 'kr off'}>
      <span className="ell">
        {command.title}
        {!isAvailable && <span className="sr">, not available now</span>}
      </span>
      <span className="row" style={{ gap: 6 }}>
        {command.keys.map(keys => (
          <span className="keys" key={keys}>
            {keyCaps(keys, isMac).map((cap, i) => (
              <kbd key={i}>{cap}</kbd>
            ))}
          </span>
        ))}
      </span>
    </div>
  )
}

/** Where a group's keys act, when that is not the page on screen. */
function placeNote(when: readonly Command['when'][], view: string): string | null {
  if (when.includes('always') || when.some(place => place === view)) return null
  if (when.includes('list')) return view === 'queue' || view === 'provenance' ? null : 'in the queue and provenance'
  if (when.includes('queue')) return 'once a workspace is open, in its list'
  if (when.includes('provenance')) return 'on its page'
  if (when.includes('review') && view === 'pair') return null
  return when.includes('review') ? 'with a review on screen' : 'while certifying'
}

export function Help() {
  const client = useClient()
  const isMac = useAppStore(s => s.app?.platform === 'darwin')
  const { singleKeys } = useSettings()
  const registry = useCommandRegistry()
  const available = new Set<CommandId>(availableCommands(registry).map(command => command.id))
  const view = useAppStore(s => s.view.kind)
  return (
    <Overlay label="Shortcuts" className="help">
      <div className="oh">
        <b>Shortcuts</b>
        <span className="t11 dim">single-letter keys act outside text fields; faint ones do nothing right now</span>
        <EscButton />
      </div>
      <div className="kc" tabIndex={0} role="group" aria-label="All shortcuts">
        {columns.map((groups, i) => (
          <div key={i}>
            {groups.map(group => (
              <section key={group.title}>
                <h2>
                  {group.title}
                  {placeNote(group.when, view) !== null && <span className="dim"> {placeNote(group.when, view)}</span>}
                </h2>
                {commands
                  .filter(command => group.when.includes(command.when) && command.keys.length > 0)
                  .map(command => (
                    <Shortcut
                      key={command.id}
                      command={command}
                      isMac={isMac}
                      isAvailable={available.has(command.id)}
                    />
                  ))}
              </section>
            ))}
          </div>
        ))}
      </div>
      <div className="of">
        <label className="row">
          <input
            type="checkbox"
            checked={singleKeys}
            onChange={event => void changeSettings(client, { singleKeys: event.target.checked })}
          />
          Single-letter keys
        </label>
      </div>
    </Overlay>
  )
}
