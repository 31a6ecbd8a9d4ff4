/**
 * Choosing a folder inside the page, for the browser door and as a fallback of the desktop's dialog: type a path, or walk
 * the folders that the engine lists. Folders with a Cargo.toml open, others are entered.
 */
import { useCallback, useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import { brand, type AbsolutePath } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FolderListing } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { openWorkspace } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { EscButton, Overlay } from './overlay.tsx'

export function FolderChooser() {
  const client = useClient()
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [path, setPath] = useState('')
  const opening = useAppStore(s => s.opening)
  const openFailure = useAppStore(s => s.openFailure)
  const list = useRef<HTMLUListElement>(null)
  const parent = listing?.parent ?? null

  const show = useCallback(
    async (folder: AbsolutePath | null) => {
      const answer = await client.call('app.listFolder', { path: folder })
      if (!answer.ok) return setFailure(answer.error)
      setFailure(null)
      setListing(answer.value)
      setPath(answer.value.path)
    },
    [client],
  )
  useEffect(() => {
    useAppStore.setState({ openFailure: null })
    void show(null)
  }, [show])

  const open = (folder: string) => void openWorkspace(client, brand<'AbsolutePath'>(folder.trim()))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') open(path)
  }
  const onListKey = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' && parent !== null) void show(parent)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const rows = Array.from(list.current?.querySelectorAll<HTMLElement>('button.pc') ?? [])
    rows[rows.findIndex(row => row === document.activeElement) + step]?.focus()
  }
  return (
    <Overlay label="Open folder" className="palette">
      <div className="oh">
        <b>Open folder</b>
        <span className="t11 dim">a Cargo workspace on the machine that runs Assay</span>
        <EscButton />
      </div>
      <form className="row" style={{ padding: '10px 14px 8px' }} onSubmit={submit}>
        <input
          className="inp mono grow"
          data-autofocus
          aria-label="Path of the folder"
          spellCheck={false}
          value={path}
          onChange={event => setPath(event.target.value)}
        />
        <button className="btn p" type="submit" disabled={opening !== null || path.trim() === ''}>
          {opening === null ? 'Open' : 'Opening'}
        </button>
      </form>
      {(failure ?? openFailure) !== null && (
        <div style={{ padding: '0 14px 8px' }}>
          <FailureNotice failure={(failure ?? openFailure) as Failure} />
        </div>
      )}
      <ul className="scroll" ref={list} style={{ padding: '0 8px 8px', minHeight: 220 }} onKeyDown={onListKey}>
        {parent !== null && (
          <li>
            <button className="pc link folder" onClick={() => void show(parent)}>
              <Icon name="up" />
              Parent folder
            </button>
          </li>
        )}
        {listing?.entries.map(entry => (
          <li key={entry.path} className="row" style={{ gap: 4 }}>
            <button
              className="pc link folder grow"
              onClick={() => (entry.hasCargoToml ? open(entry.path) : void show(entry.path))}
            >
              <Icon name={entry.hasCargoToml ? 'crate' : 'folder'} />
              <span className="ell">{entry.name}</span>
              <span className="t11 dim right">
                {entry.hasStore ? 'Cargo workspace with a store' : entry.hasCargoToml ? 'Cargo workspace' : ''}
              </span>
            </button>
            {entry.hasCargoToml && (
              <button
                className="btn s q"
                aria-label={`Show what is in ${entry.name}`}
                onClick={() => void show(entry.path)}
              >
                <Icon name="right" className="sm" />
              </button>
            )}
          </li>
        ))}
        {listing?.entries.length === 0 && (
          <li className="t12 sub" style={{ padding: 9 }}>
            No folders in here.
          </li>
        )}
        {listing?.truncated === true && (
          <li className="t12 sub" style={{ padding: 9 }}>
            More folders than are listed. Type the path above.
          </li>
        )}
      </ul>
    </Overlay>
  )
}
