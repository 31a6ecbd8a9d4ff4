/** Title bar: brand, workspace switcher, places, open reviews, palette, and on the desktop the window's own buttons. */
import { useClient, useConnection } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { Brand, Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText, number } from '../parts/words.ts'
import { closeTab, navigate, useAppStore, type OpenReview } from '../state/app-store.ts'
import { WorkspaceSwitcher } from './workspace-switcher.tsx'

function Tab({ tab }: { readonly tab: OpenReview }) {
  const isOn = useAppStore(s => 'id' in s.view && s.view.id === tab.id)
  return (
    <li
      className={isOn ? 'tab on' : 'tab'}
      onAuxClick={event => {
        if (event.button === 1) closeTab(tab.id)
      }}
    >
      <button
        className="open"
        aria-current={isOn ? 'page' : undefined}
        onClick={() => navigate({ kind: 'review', id: tab.id })}
      >
        <b className="b">{tab.crate}</b>
        <span className="m11 dim">{changeText(tab.delta)}</span>
      </button>
      <button className="x" aria-label={`Close ${tab.crate} ${changeText(tab.delta)}`} onClick={() => closeTab(tab.id)}>
        <Icon name="close" className="sm" />
      </button>
    </li>
  )
}

function WindowControls() {
  const client = useClient()
  const act = (action: 'minimise' | 'maximise' | 'close') => void client.call('shell.window', { action })
  return (
    <div className="wc">
      <button aria-label="Minimise" onClick={() => act('minimise')}>
        <Icon name="minus" />
      </button>
      <button aria-label="Maximise" onClick={() => act('maximise')}>
        <Icon name="square" />
      </button>
      <button aria-label="Close window" className="close" onClick={() => act('close')}>
        <Icon name="close" />
      </button>
    </div>
  )
}

export function TitleBar() {
  const { door } = useConnection()
  const platform = useAppStore(s => s.app?.platform ?? '')
  const isOpen = useAppStore(s => (s.app?.open ?? null) !== null)
  const tabs = useAppStore(s => s.tabs)
  const isQueue = useAppStore(s => s.view.kind === 'queue')
  const isProvenance = useAppStore(s => s.view.kind === 'provenance' || s.view.kind === 'pair')
  const isWhatIf = useAppStore(s => s.view.kind === 'whatif' || s.view.kind === 'whatif-apply')
  const isOverview = useAppStore(s => s.view.kind === 'overview')
  const failing = useAppStore(s => s.queue?.counts.failing ?? null)
  const isMac = platform === 'darwin'
  return (
    <header className={door === 'desktop' && isMac ? 'title mac' : 'title'} data-region="title">
      <div className="brand">
        <Brand />
        Assay
      </div>
      {isOpen && <WorkspaceSwitcher />}
      {isOpen && (
        <nav className="places" aria-label="Places">
          <button
            className="place"
            aria-current={isQueue ? 'page' : undefined}
            onClick={() => navigate({ kind: 'queue' })}
          >
            Queue
            {failing !== null && <span className="count">{number(failing)}</span>}
          </button>
          <button
            className="place"
            aria-current={isProvenance ? 'page' : undefined}
            onClick={() => navigate({ kind: 'provenance' })}
          >
            Provenance
          </button>
          <button
            className="place"
            aria-current={isWhatIf ? 'page' : undefined}
            onClick={() => navigate({ kind: 'whatif' })}
          >
            What-if
          </button>
          <button
            className="place"
            aria-current={isOverview ? 'page' : undefined}
            onClick={() => navigate({ kind: 'overview' })}
          >
            Overview
          </button>
        </nav>
      )}
      <ul className={tabs.length > 0 ? 'tabs some' : 'tabs'} aria-label="Open reviews">
        {tabs.map(tab => (
          <Tab key={tab.id} tab={tab} />
        ))}
      </ul>
      <button className="pal" onClick={() => runCommand('app.palette')}>
        <Icon name="search" />
        <span className="grow ell">{isOpen ? 'Crate or command' : 'Open or run'}</span>
        <Keys of="app.palette" />
      </button>
      {door === 'desktop' && !isMac && <WindowControls />}
    </header>
  )
}
