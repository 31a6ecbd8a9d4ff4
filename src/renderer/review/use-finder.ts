/**
 * Finding in the whole crate: search, definitions and references, their answers as one list, and the keys for them.
 * Everything symbolic is by name and says so.
 */
import { useCallback, useEffect, useRef, useState, type ComponentProps, type RefObject } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { OutlineItem, SearchQuery } from '../../shared/review-aids.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { toastFailure } from '../state/actions.ts'
import type { DiffView } from './diff-editor.ts'
import { definitionsText, nextRow, type FindRow } from './find-rows.ts'
import type { FindTab } from './find-tab.tsx'
import type { JumpPlace } from './jump-list.ts'
import { useFound, type Found, type FoundList } from './use-found.ts'
import type { Jumps } from './use-jumps.ts'

const FIRST_QUERY: SearchQuery = { pattern: '', isRegex: false, isCase: false, isWord: false, side: 'new' }
const OUTLINE_DELAY_MS = 300

export interface FinderPage {
  readonly say: (text: string) => void
  readonly jumps: Jumps
  readonly view: () => DiffView | null
  readonly isText: boolean
  readonly shownPath: string | null
  readonly openTab: () => void
}

export function useFinder(
  client: EngineClient,
  review: string,
  hasOldSide: boolean,
  page: FinderPage,
): { readonly tab: ComponentProps<typeof FindTab> } {
  /** Where the reader was before looking through the list. */
  const origin = useRef<JumpPlace | null>(null)
  const list = useFound()
  const field = useSearchField(client, review, list)
  const asks = useNameAsks(client, review, page, list, origin)
  const outline = useOutline(client, review, page.shownPath)
  useFinderKeys(page, asks, outline, () => {
    origin.current = page.jumps.here()
    const selected = page.isText ? (page.view()?.selectedText() ?? '') : ''
    if (selected !== '') field.start(selected)
    // An answer on its way must not take the keyboard from the field.
    list.drop()
    page.openTab()
    list.focusField()
  })
  useNameInfo(client, review, page)
  const { found, rows, current, isBusy, failure, focus, setCurrent } = list
  return {
    tab: {
      ...{ query: field.query, hasOldSide, found, rows, current, isBusy, failure, focus },
      onQuery: field.change,
      onSearch: field.search,
      onCurrent: setCurrent,
      onOpen: index => {
        setCurrent(index)
        goTo(page.jumps, found, rows[index])
      },
      onStep: by => setCurrent(nextRow(rows, current, by)),
      onLeave: () => goBack(page, origin.current),
    },
  }
}

function goTo(jumps: Jumps, found: Found | null, row: FindRow | undefined): void {
  if (row?.kind === 'definition')
    jumps.to({ path: row.path, side: 'new', line: row.definition.line }, row.definition.column)
  else if (row?.kind === 'place') {
    const side = found?.kind === 'search' ? found.query.side : 'new'
    jumps.to({ path: row.path, side, line: row.place.line }, Math.max(1, row.place.column))
  }
}

function goBack({ jumps, view }: FinderPage, from: JumpPlace | null): void {
  const now = jumps.here()
  // The cursor stays on its column when nothing was opened.
  const isThere = from?.path === now?.path && from?.side === now?.side && from?.line === now?.line
  if (from !== null && !isThere) jumps.show(from)
  view()?.focus()
}

interface SearchField {
  readonly query: SearchQuery
  readonly search: () => void
  /** Puts a pattern there without searching for it. */
  readonly start: (pattern: string) => void
  /** An option of a search that was done searches again; a pattern waits for its Enter. */
  readonly change: (next: SearchQuery) => void
}

function useSearchField(client: EngineClient, review: string, list: FoundList): SearchField {
  const [query, setQuery] = useState(FIRST_QUERY)
  const typed = useRef('')
  const search = async (wanted: SearchQuery) => {
    if (wanted.pattern === '') return
    const isLast = list.begin()
    const answer = await client.call('review.search', { review, query: wanted })
    if (!isLast()) return
    // Who went on typing keeps the keyboard.
    const isTyping = typed.current !== wanted.pattern
    if (answer.ok) list.take({ kind: 'search', query: wanted, findings: answer.value }, isTyping ? 'field' : 'list')
    else if (answer.error.code !== 'cancelled') list.fail(answer.error)
  }
  return {
    query,
    search: () => void search(query),
    start(pattern) {
      setQuery({ ...query, pattern })
      typed.current = pattern
    },
    change(next) {
      const isOption = next.pattern === query.pattern
      setQuery(next)
      typed.current = next.pattern
      if (isOption && list.found?.kind === 'search') void search(next)
    },
  }
}

/** What can be asked of the name under the cursor. */
interface NameAsks {
  readonly definition: () => Promise<void>
  readonly references: () => Promise<void>
}

/** As of the last render: a key pressed before a jump arrives asks on the page after it. */
function useNameAsks(
  client: EngineClient,
  review: string,
  page: FinderPage,
  list: FoundList,
  origin: RefObject<JumpPlace | null>,
): RefObject<NameAsks> {
  const show = (next: Found) => {
    origin.current = page.jumps.here()
    page.openTab()
    list.take(next, 'list')
  }
  const definition = async () => {
    const at = nameAtCursor(page)
    if (at === null || page.shownPath === null) return
    const isLast = list.begin()
    const answer = await client.call('review.definitions', { review, ...at, path: page.shownPath })
    if (!isLast()) return
    if (!answer.ok) return toastFailure(answer.error)
    const [only] = answer.value.definitions
    page.say(definitionsText(at.name, answer.value.total))
    if (only === undefined) return
    if (answer.value.total === 1) return page.jumps.to({ path: only.path, side: 'new', line: only.line }, only.column)
    show({ kind: 'definitions', definitions: answer.value })
  }
  const references = async () => {
    const at = nameAtCursor(page)
    if (at === null) return
    const isLast = list.begin()
    const answer = await client.call('review.references', { review, name: at.name })
    if (!isLast()) return
    if (!answer.ok) return toastFailure(answer.error)
    show({ kind: 'references', name: at.name, findings: answer.value })
  }
  const latest = useRef({ definition, references })
  useEffect(() => {
    latest.current = { definition, references }
  })
  return latest
}

/** Null when there is none, which is said. */
function nameAtCursor({ isText, view, say }: FinderPage): ReturnType<DiffView['wordAtCursor']> {
  const at = isText ? (view()?.wordAtCursor() ?? null) : null
  if (at === null) say('Put the cursor on a name first')
  return at
}

function useFinderKeys(
  { isText, jumps, view, say }: FinderPage,
  asks: RefObject<NameAsks>,
  outline: readonly OutlineItem[],
  onFindAll: () => void,
): void {
  useCommandHandlers({
    'review.findAll': onFindAll,
    'review.definition': isText ? () => jumps.settled(() => void asks.current.definition()) : undefined,
    'review.references': isText ? () => jumps.settled(() => void asks.current.references()) : undefined,
    'review.expand': isText
      ? () => void (view()?.expand(outline) === true || say('Nothing is folded here'))
      : undefined,
  })
}

/** Hover asks for what a name means; the provider lives as long as the editor. */
function useNameInfo(client: EngineClient, review: string, page: FinderPage): void {
  const latest = useRef(page)
  useEffect(() => {
    latest.current = page
  })
  const ask = useCallback(
    async (name: string, qualifier: string | null) => {
      const { shownPath } = latest.current
      if (shownPath === null) return null
      const answer = await client.call('review.definitions', { review, name, qualifier, path: shownPath })
      return answer.ok ? answer.value : null
    },
    [client, review],
  )
  // After every render: the editor comes some time after the page.
  useEffect(() => latest.current.view()?.setNameInfo(ask))
}

/** The items of the file on screen, asked for when it has been there for a moment. */
function useOutline(client: EngineClient, review: string, path: string | null): readonly OutlineItem[] {
  const [outline, setOutline] = useState<{ readonly path: string; readonly items: readonly OutlineItem[] } | null>(null)
  useEffect(() => {
    if (path === null || !path.endsWith('.rs')) return
    let isCurrent = true
    const timer = window.setTimeout(() => {
      void client.call('review.outline', { review, path }).then(answer => {
        if (isCurrent && answer.ok) setOutline(answer.value)
      })
    }, OUTLINE_DELAY_MS)
    return () => {
      isCurrent = false
      window.clearTimeout(timer)
    }
  }, [client, review, path])
  return outline?.path === path ? outline.items : NO_ITEMS
}

const NO_ITEMS: readonly OutlineItem[] = []
