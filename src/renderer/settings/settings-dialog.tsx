/**
 * The settings, each in force as soon as it is changed, and the other places for repositories. Everything is reached
 * with Tab; the same things that have commands of their own are in the palette.
 */
import type { ReactNode } from 'react'
import type { Settings } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { Keys } from '../parts/keys.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { changeSettings, setOffline } from '../state/actions.ts'
import { useSettings } from '../state/app-store.ts'
import { RedirectList } from './redirect-list.tsx'
import './settings.css'

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <label className="st-row">
      <span>{label}</span>
      {children}
    </label>
  )
}

function Select<T extends string>(props: {
  readonly label: string
  readonly value: T
  readonly choices: readonly (readonly [value: T, shown: string])[]
  readonly isFirst?: boolean
  readonly onChange: (value: T) => void
}) {
  return (
    <Row label={props.label}>
      <select
        className="inp"
        value={props.value}
        data-autofocus={props.isFirst === true ? true : undefined}
        onChange={event => {
          const choice = props.choices.find(([value]) => value === event.target.value)
          if (choice !== undefined) props.onChange(choice[0])
        }}
      >
        {props.choices.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </Row>
  )
}

function Switch(props: {
  readonly label: string
  readonly note: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}) {
  return (
    <Row label={props.label}>
      <span className="row">
        <input type="checkbox" checked={props.isOn} onChange={event => props.onChange(event.target.checked)} />
        <span className="sub">{props.note}</span>
      </span>
    </Row>
  )
}

const THEMES = [
  ['system', 'As the system'],
  ['dark', 'Dark'],
  ['light', 'Light'],
] as const
const LAYOUTS = [
  ['split', 'Side by side'],
  ['unified', 'In one column'],
] as const
const DENSITIES = [
  ['two-lines', 'Two lines'],
  ['compact', 'One line'],
] as const

/** `at`: what was asked for, which gets the focus. */
export function SettingsDialog({ at }: { readonly at: 'settings' | 'redirects' }) {
  const client = useClient()
  const settings = useSettings()
  const change = (part: Partial<Settings>) => void changeSettings(client, part)
  return (
    <Overlay label="Settings" className="settings">
      <div className="oh">
        <b>Settings</b>
        <span className="t11 dim">
          <Keys of="app.settings" />
        </span>
        <EscButton />
      </div>
      <div className="scroll">
        <section className="st-section t12" aria-label="General">
          <h2 className="sh">General</h2>
          <Select
            label="Theme"
            value={settings.theme}
            choices={THEMES}
            isFirst={at === 'settings'}
            onChange={theme => change({ theme })}
          />
          <Select
            label="Differences"
            value={settings.diffLayout}
            choices={LAYOUTS}
            onChange={diffLayout => change({ diffLayout })}
          />
          <Select
            label="Rows of the queue"
            value={settings.rowDensity}
            choices={DENSITIES}
            onChange={rowDensity => change({ rowDensity })}
          />
          <Switch
            label="Long lines"
            note="wrap at the edge"
            isOn={settings.wrapLines}
            onChange={wrapLines => change({ wrapLines })}
          />
          <Switch
            label="Single-letter keys"
            note="on"
            isOn={settings.singleKeys}
            onChange={singleKeys => change({ singleKeys })}
          />
          <Switch
            label="Network"
            note="work offline: nothing is asked, what is here counts"
            isOn={settings.offline}
            onChange={offline => void setOffline(client, offline)}
          />
        </section>
        <RedirectList isFirst={at === 'redirects'} />
      </div>
    </Overlay>
  )
}
