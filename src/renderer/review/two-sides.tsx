/**
 * Two sides that are no review, in the editor of the reviews with its keys: two crates, or a crate and its repository.
 * The pages say what the sides are and bring the files; here are the keys, the editor and the line below it.
 */
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { Unit } from '../../shared/review-units.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeSettings } from '../state/actions.ts'
import { goHistory, navigate, useAppStore, useSettings, type View } from '../state/app-store.ts'
import { BlobPane } from './blob-pane.tsx'
import type { DiffPlace, DiffViewOptions } from './diff-leaf.ts'
import { DiffPane, type DiffPaneHandle } from './diff-pane.tsx'
import { HugePane } from './huge-pane.tsx'
import { KeyBar, type KeyHints } from './key-bar.tsx'
import { shownPath } from './shown-path.ts'
import { TabFailure } from './tab-failure.tsx'
import type { ComparedFileState } from './use-compared-file.ts'
import { useEditorKeys } from './use-editor-keys.ts'

/** Side by side, lines wrap below this width unless the reader chose otherwise. */
const WRAP_BELOW_PX = 1600
/** Units are found in the files of a review; here only the two sides are compared. */
const NO_UNITS: ReadonlyMap<string, readonly Unit[]> = new Map()
const KEYS: KeyHints = [
  [['review.nextHunk', 'review.prevHunk'], 'hunk'],
  [['review.nextFile', 'review.prevFile'], 'file'],
  [['review.expand'], 'expand'],
  [['review.layout'], 'split'],
  [['pair.back'], 'back'],
  [['app.help'], 'help'],
]

export interface TwoSides {
  readonly file: ComparedFileState
  readonly isText: boolean
  readonly options: DiffViewOptions
  readonly place: DiffPlace | null
  /** What a key came to that could do nothing, until the next move. */
  readonly hint: string | null
  readonly pane: RefObject<DiffPaneHandle | null>
  /** Around the editor: its keys are caught in here. */
  readonly area: RefObject<HTMLElement | null>
  /** The list of files, focused when it is first there. */
  readonly list: RefObject<HTMLDivElement | null>
  readonly onPlace: (place: DiffPlace) => void
  readonly focusText: () => void
  readonly back: () => void
}

/**
 * The keys of a page with two sides. `files` in the order of the list; `path`: the one on screen; `isReady`: the list is
 * there; `elsewhere`: where Back leads when the page was opened directly.
 */
export function useTwoSides(props: {
  readonly files: readonly { readonly path: string }[]
  readonly path: string | null
  readonly file: ComparedFileState
  readonly isReady: boolean
  readonly onChoose: (path: string) => void
  readonly elsewhere: View
}): TwoSides & { readonly choose: (path: string) => void } {
  const { files, path, file, isReady } = props
  const client = useClient()
  const settings = useSettings()
  const [place, setPlace] = useState<DiffPlace | null>(null)
  const [hint, setHint] = useState<string | null>(null)
  const [wrapChoice, setWrapChoice] = useState<boolean | null>(settings.wrapLines ? true : null)
  const [whitespace, setWhitespace] = useState(false)
  const pane = useRef<DiffPaneHandle>(null)
  const area = useRef<HTMLElement>(null)
  const list = useRef<HTMLDivElement>(null)
  useEditorKeys(area)
  const wrap = wrapChoice ?? window.innerWidth < WRAP_BELOW_PX
  const isText = file.shown?.diff.kind === 'text' && file.failure === null
  const inText = (run: () => void) => (isText ? run : undefined)

  const choose = (next: string) => {
    setHint(null)
    props.onChoose(next)
  }
  const step = (by: 1 | -1) => {
    const next = files[files.findIndex(other => other.path === path) + by]
    if (next === undefined) setHint(by === 1 ? 'Last file' : 'First file')
    else choose(next.path)
  }
  const hunk = (by: 1 | -1) => {
    if (pane.current?.view()?.goToHunk(by) !== true)
      setHint(by === 1 ? 'Last hunk of this file' : 'First hunk of this file')
  }
  const back = () => {
    if (useAppStore.getState().history.back.length > 0) goHistory('back')
    else navigate(props.elsewhere)
  }
  useCommandHandlers({
    'pair.back': back,
    'review.back': back,
    'review.nextHunk': inText(() => hunk(1)),
    'review.prevHunk': inText(() => hunk(-1)),
    'review.nextFile': () => step(1),
    'review.prevFile': () => step(-1),
    'review.expand': inText(() => void (pane.current?.view()?.expand() === true || setHint('Nothing is folded here'))),
    'review.expandAll': inText(() => pane.current?.view()?.toggleAllFolds()),
    'review.layout': () =>
      void changeSettings(client, { diffLayout: settings.diffLayout === 'split' ? 'unified' : 'split' }),
    'review.whitespace': () => setWhitespace(!whitespace),
    'review.wrap': () => setWrapChoice(!wrap),
    'review.find': inText(() => pane.current?.view()?.find()),
    'review.files': () => list.current?.focus(),
    'review.accessible': inText(() => pane.current?.view()?.accessible('next')),
  })
  useEffect(() => {
    if (path !== null) useAppStore.setState({ pageStatus: shownPath(path) })
  }, [path])
  useEffect(() => {
    if (isReady && document.activeElement === document.body) list.current?.focus()
  }, [isReady])
  return {
    file,
    isText,
    options: { layout: settings.diffLayout, wrap, whitespace },
    place: isText ? place : null,
    hint,
    pane,
    area,
    list,
    onPlace: next => {
      setPlace(next)
      setHint(null)
    },
    focusText: () => pane.current?.view()?.focus(),
    back,
    choose,
  }
}

export function BackButton({ onBack }: { readonly onBack: () => void }) {
  return (
    <button className="btn q s" onClick={onBack}>
      <Icon name="left" />
      Back <Keys of="pair.back" />
    </button>
  )
}

/** The file of two sides, `children` (why there is none) above it, and the line of keys. `lead`: as in TabFailure. */
export function TwoSidesFile(props: {
  readonly sides: TwoSides
  readonly lead?: string
  readonly children: ReactNode
}) {
  const { sides, lead } = props
  const { shown, lastText, failure, retry, page } = sides.file
  return (
    <>
      <div className="rv-content">
        {props.children}
        {failure !== null && <TabFailure failure={failure} onRetry={retry} {...(lead === undefined ? {} : { lead })} />}
        {failure === null && shown?.diff.kind === 'binary' && <BlobPane diff={shown.diff} />}
        {failure === null && shown?.diff.kind === 'huge' && <HugePane diff={shown.diff} onPage={page} />}
        {lastText !== null && (
          <DiffPane
            ref={sides.pane}
            diff={lastText}
            line={null}
            options={sides.options}
            isHidden={!sides.isText}
            next={null}
            units={NO_UNITS}
            onPlace={sides.onPlace}
            onPartly={() => undefined}
          />
        )}
      </div>
      <KeyBar keys={KEYS} place={sides.place} hint={sides.hint} />
    </>
  )
}
