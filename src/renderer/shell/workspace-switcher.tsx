/** The workspace in the title bar and the menu under it: recent ones, open another, close. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useClient, useConnection } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { askForFolder, closeWorkspace, openWorkspace } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'

/** Arrows, Home and End move among the buttons of a menu; Escape is the caller's. */
export function moveInMenu(event: KeyboardEvent<HTMLElement>): void {
  const items = Array.from(event.currentTarget.querySelectorAll('button'))
  const at = items.findIndex(item => item === document.activeElement)
  const last = items.length - 1
  const next = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key]
  if (next === undefined) return
  event.preventDefault()
  items[next]?.focus()
}

export function WorkspaceSwitcher() {
  const client = useClient()
  const connection = useConnection()
  const open = useAppStore(s => s.app?.open ?? null)
  const recent = useAppStore(s => s.app?.recent)
  const [isShown, setShown] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isShown) menu.current?.querySelector('button')?.focus()
  }, [isShown])
  if (open === null) return null
  const close = () => {
    setShown(false)
    button.current?.focus()
  }
  const choose = (run: () => void) => {
    close()
    run()
  }
  const others = (recent ?? []).filter(item => item.path !== open.root && item.exists).slice(0, 8)
  return (
    <div
      style={{ position: 'relative', display: 'flex', minWidth: 0 }}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) setShown(false)
      }}
    >
      <button
        ref={button}
        className="ws"
        aria-haspopup="menu"
        aria-expanded={isShown}
        title={open.root}
        onClick={() => setShown(!isShown)}
      >
        <b className="ell">{open.name}</b>
        {open.branch !== null && <span className="dim ell">{open.branch}</span>}
        <Icon name="down" className="sm" />
      </button>
      {isShown && (
        <div
          ref={menu}
          className="menu"
          role="menu"
          aria-label="Workspaces"
          style={{ top: 'calc(100% - 4px)', left: 0 }}
          onKeyDown={event => {
            if (event.key === 'Escape') close()
            else moveInMenu(event)
          }}
        >
          {others.map(item => (
            <button key={item.path} role="menuitem" onClick={() => choose(() => void openWorkspace(client, item.path))}>
              <Icon name="crate" />
              <span>{item.name}</span>
              <span className="m11 dim ell">{item.path}</span>
            </button>
          ))}
          {others.length > 0 && <hr />}
          <button role="menuitem" onClick={() => choose(() => void askForFolder(connection))}>
            <Icon name="folder" />
            Open folder
          </button>
          <button role="menuitem" onClick={() => choose(() => void closeWorkspace(client))}>
            <Icon name="close" />
            Close {open.name}
          </button>
        </div>
      )}
    </div>
  )
}
