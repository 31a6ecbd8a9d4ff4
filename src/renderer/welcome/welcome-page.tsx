/** Welcome: open a workspace (dialog, path, drop, recent, sample) beside what this computer can do. */
import { useEffect, useState, type DragEvent } from 'react'
import { brand } from '../../shared/domain.ts'
import type { AppState } from '../../shared/wire.ts'
import { useClient, useConnection } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { useNow } from '../parts/use-now.ts'
import { age, count, number } from '../parts/words.ts'
import { askForFolder, openWorkspace } from '../state/actions.ts'
import { showToast, useAppStore } from '../state/app-store.ts'
import { moveInMenu } from '../shell/workspace-switcher.tsx'
import { Environment } from './environment.tsx'
import './welcome.css'

type Recent = AppState['recent'][number]

function RecentCounts({ item }: { readonly item: Recent }) {
  if (!item.exists) return <span className="warn">the folder is gone</span>
  if (item.last === null) return <span className="dim">never solved</span>
  const { packages, failing } = item.last
  return (
    <>
      {count(packages, 'package')},{' '}
      {failing === 0 ? (
        <span className="ok">all audited</span>
      ) : (
        <span className="err">{failing === 1 ? '1 needs audit' : `${number(failing)} need audit`}</span>
      )}
    </>
  )
}

function RecentRow({ item }: { readonly item: Recent }) {
  const client = useClient()
  const isOpening = useAppStore(s => s.opening === item.path)
  const now = useNow(60_000)
  const forget = () => void client.call('app.forget', { path: item.path })
  return (
    <li className="rc-li">
      <button
        className="rc"
        disabled={!item.exists}
        aria-busy={isOpening}
        onClick={() => void openWorkspace(client, item.path)}
      >
        <Icon name="crate" className="lg" />
        <span className="grow">
          <span className="row">
            <b className="med nw">{item.name}</b>
            <span className="mono dim ell path">{item.path}</span>
          </span>
          <span className="t12 sub">
            <RecentCounts item={item} />
          </span>
        </span>
        <span className="t12 dim nw">{isOpening ? 'opening' : age(item.openedAt, Math.max(now, item.openedAt))}</span>
      </button>
      <button className="btn s q icon forget" aria-label={`Remove ${item.name} from the list`} onClick={forget}>
        <Icon name="close" className="sm" />
      </button>
    </li>
  )
}

function RecentList({ recent }: { readonly recent: readonly Recent[] }) {
  const client = useClient()
  if (recent.length === 0) return null
  return (
    <>
      <h2 className="row">
        Recent
        <button className="link t12 right" onClick={() => void client.call('app.forget', { path: null })}>
          Clear list
        </button>
      </h2>
      <ul onKeyDown={moveInMenu} aria-label="Recent workspaces">
        {recent.map(item => (
          <RecentRow key={item.path} item={item} />
        ))}
      </ul>
    </>
  )
}

/** The path of a dropped folder, as far as the desktop can tell it; a browser never does. */
function droppedPath(event: DragEvent): string | null {
  const file: (File & { readonly path?: unknown }) | undefined = event.dataTransfer.files[0]
  const told = file === undefined ? '' : (window.assay?.pathForFile?.(file) ?? file.path)
  if (typeof told === 'string' && told !== '') return told
  const uri = event.dataTransfer.getData('text/uri-list').split(/\r?\n/)[0] ?? ''
  if (!uri.startsWith('file://')) return null
  const path = decodeURIComponent(new URL(uri).pathname)
  return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path
}

function DropTarget() {
  const client = useClient()
  const connection = useConnection()
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    // A file dropped beside the target must not make the page navigate to it.
    const refuse = (event: Event) => event.preventDefault()
    window.addEventListener('dragover', refuse)
    window.addEventListener('drop', refuse)
    return () => {
      window.removeEventListener('dragover', refuse)
      window.removeEventListener('drop', refuse)
    }
  }, [])
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const path = droppedPath(event)
    if (path !== null) return void openWorkspace(client, brand<'AbsolutePath'>(path))
    showToast({
      tone: 'info',
      text: 'This door does not tell where a dropped folder is',
      detail: 'Choose it in the list, or type its path.',
    })
    void askForFolder(connection)
  }
  if (connection.door === 'browser') return null
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDragOver={event => event.preventDefault()}
      onDrop={drop}
    >
      <Icon name="folder" />
      <span>Or drop the folder of a workspace here.</span>
    </div>
  )
}

/** Opening failed: what, why, what to do; nothing was changed. */
function OpenFailed() {
  const failure = useAppStore(s => s.openFailure)
  if (failure === null) return null
  return (
    <div style={{ marginTop: 18 }}>
      <FailureNotice failure={failure}>
        <button className="btn s q" onClick={() => useAppStore.setState({ openFailure: null })}>
          Dismiss
        </button>
      </FailureNotice>
    </div>
  )
}

export function WelcomePage() {
  const client = useClient()
  const connection = useConnection()
  const recent = useAppStore(s => s.app?.recent)
  const opening = useAppStore(s => s.opening)
  const overlay = useAppStore(s => s.overlay)
  return (
    <main className="welcome scroll">
      <section aria-label="Open" data-region="open">
        <h1>Open a Cargo workspace</h1>
        <p className="sub lead">
          Assay reads Cargo.lock and the cargo-vet store beside it. Nothing is written until you press Write, and the
          code of a crate is never run.
        </p>
        <div className="acts">
          <button
            className="btn p"
            disabled={opening !== null}
            data-region-focus
            autoFocus
            onClick={() => void askForFolder(connection)}
          >
            <Icon name="folder" />
            Open folder <Keys of="app.open" />
          </button>
          <button className="btn" disabled={opening !== null} onClick={() => runCommand('app.openSample')}>
            <Icon name="play" />
            {opening === 'sample' ? 'Opening the sample' : 'Try the sample workspace'}
          </button>
        </div>
        {overlay !== 'folder' && <OpenFailed />}
        <RecentList recent={recent ?? []} />
        <DropTarget />
      </section>
      <Environment client={client} path={recent?.find(item => item.exists)?.path ?? null} />
    </main>
  )
}
