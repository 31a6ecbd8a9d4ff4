/** The shortcuts of the whole application, by place, from the command table. */
import { commands, type Command } from '../commands/command-table.ts'
import { keyCaps } from '../commands/key-text.ts'
import { changeSettings } from '../state/actions.ts'
import { useClient } from '../client.ts'
import { useAppStore, useSettings } from '../state/app-store.ts'
import { EscButton, Overlay } from './overlay.tsx'

const columns: readonly (readonly { readonly title: string; readonly when: readonly Command['when'][] }[])[] = [
  [{ title: 'Everywhere', when: ['always', 'workspace'] }],
  [
    { title: 'Queue', when: ['queue'] },
    { title: 'Certify', when: ['certify'] },
  ],
  [{ title: 'Review', when: ['review'] }],
]

function Shortcut({ command, isMac }: { readonly command: Command; readonly isMac: boolean }) {
  return (
    <div className="kr">
      <span className="ell">{command.title}</span>
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

export function Help() {
  const client = useClient()
  const isMac = useAppStore(s => s.app?.platform === 'darwin')
  const { singleKeys } = useSettings()
  return (
    <Overlay label="Shortcuts" className="help">
      <div className="oh">
        <b>Shortcuts</b>
        <span className="t11 dim">single-letter keys act outside text fields</span>
        <EscButton />
      </div>
      <div className="kc" tabIndex={0} role="group" aria-label="All shortcuts">
        {columns.map((groups, i) => (
          <div key={i}>
            {groups.map(group => (
              <section key={group.title}>
                <h2>{group.title}</h2>
                {commands
                  .filter(command => group.when.includes(command.when) && command.keys.length > 0)
                  .map(command => (
                    <Shortcut key={command.id} command={command} isMac={isMac} />
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
