/**
 * Choosing a folder inside the page: type a path, or walk the folders that the engine lists. What an entry of the list
 * does is said by `mark`: a marked folder is chosen by pressing it, others are entered.
 */
import { useCallback, useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import { brand, type AbsolutePath } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FolderListing } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'

type Entry = FolderListing['entries'][number]

interface FolderPickerProps {
  /** The button's word, for example `Open`. */
  readonly verb: string
  readonly isBusy: boolean
  /** Why the chosen folder did not do; shown unless listing failed since. */
  readonly failure: Failure | null
  /** What a folder is when it can be chosen by pressing it; null: pressing enters it. */
  readonly mark: (entry: Entry) => string | null
  readonly onChoose: (folder: AbsolutePath) => void
  readonly hasFocus?: boolean
}

export function FolderPicker(props: FolderPickerProps) {
  const walk = useFolderWalk()
  const { path } = walk
  const problem = walk.failure ?? props.failure
  const choose = (folder: string) => {
    if (props.isBusy) return
    walk.forgetFailure()
    props.onChoose(brand<'AbsolutePath'>(folder.trim()))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') choose(path)
  }
  return (
    <>
      <form className="row" style={{ padding: '10px 14px 8px' }} onSubmit={submit}>
        <input
          className="inp mono grow"
          data-autofocus={props.hasFocus === true ? true : undefined}
          aria-label="Path of the folder"
          spellCheck={false}
          value={path}
          onChange={event => walk.type(event.target.value)}
        />
        <button className="btn p" type="submit" disabled={props.isBusy || path.trim() === ''}>
          {props.verb}
        </button>
      </form>
      {problem !== null && (
        <div style={{ padding: '0 14px 8px' }}>
          <FailureNotice failure={problem} />
        </div>
      )}
      <Folders walk={walk} mark={props.mark} isBusy={props.isBusy} choose={choose} />
    </>
  )
}

/** The folder that is listed, from the engine's own start on, and the path in the field. */
function useFolderWalk() {
  const client = useClient()
  const [listing, setListing] = useState<FolderListing | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [path, setPath] = useState('')
  const asked = useRef(0)
  const isTyped = useRef(false)
  const show = useCallback(
    async (folder: AbsolutePath | null) => {
      const mine = ++asked.current
      isTyped.current = false
      const answer = await client.call('app.listFolder', { path: folder })
      // Of two folders asked for in a row the later one counts, whichever is listed first.
      if (mine !== asked.current) return
      if (!answer.ok) return setFailure(answer.error)
      setFailure(null)
      setListing(answer.value)
      if (!isTyped.current) setPath(answer.value.path)
    },
    [client],
  )
  useEffect(() => {
    void show(null)
  }, [show])
  const type = (text: string) => {
    isTyped.current = true
    setPath(text)
  }
  return { listing, failure, forgetFailure: () => setFailure(null), path, type, show }
}

interface FoldersProps {
  readonly walk: ReturnType<typeof useFolderWalk>
  readonly mark: FolderPickerProps['mark']
  readonly isBusy: boolean
  readonly choose: (folder: string) => void
}

function Folders({ walk, mark, isBusy, choose }: FoldersProps) {
  const { listing, show } = walk
  const list = useRef<HTMLUListElement>(null)
  const parent = listing?.parent ?? null
  useEffect(() => {
    // The row that was pressed went with the former listing; without a focus inside, the dialog hears no key.
    if (listing !== null && document.activeElement === document.body)
      list.current?.querySelector<HTMLElement>('button.pc')?.focus()
  }, [listing])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Backspace' && parent !== null) void show(parent)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const rows = Array.from(list.current?.querySelectorAll<HTMLElement>('button.pc') ?? [])
    rows[rows.findIndex(row => row === document.activeElement) + step]?.focus()
  }
  return (
    <ul className="scroll" ref={list} style={{ padding: '0 8px 8px', minHeight: 220 }} onKeyDown={onKeyDown}>
      {parent !== null && (
        <li>
          <button className="pc link folder" onClick={() => void show(parent)}>
            <Icon name="up" />
            Parent folder
          </button>
        </li>
      )}
      {listing?.entries.map(entry => (
        <Folder key={entry.path} entry={entry} mark={mark(entry)} isBusy={isBusy} show={show} choose={choose} />
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
  )
}

interface FolderProps {
  readonly entry: Entry
  readonly mark: string | null
  /** One is being chosen; folders can be entered all the while. */
  readonly isBusy: boolean
  readonly show: (folder: AbsolutePath) => Promise<void>
  readonly choose: (folder: string) => void
}

function Folder({ entry, mark, isBusy, show, choose }: FolderProps) {
  return (
    <li className="row" style={{ gap: 4 }}>
      <button
        className="pc link folder grow"
        // Not `disabled`, which would take the focus out of the dialog.
        aria-disabled={(mark !== null && isBusy) || undefined}
        onClick={() => (mark === null ? void show(entry.path) : choose(entry.path))}
      >
        <Icon name={mark === null ? 'folder' : 'crate'} />
        <span className="ell">{entry.name}</span>
        <span className="t11 dim right">{mark}</span>
      </button>
      {mark !== null && (
        <button className="btn s q" aria-label={`Show what is in ${entry.name}`} onClick={() => void show(entry.path)}>
          <Icon name="right" className="sm" />
        </button>
      )}
    </li>
  )
}
