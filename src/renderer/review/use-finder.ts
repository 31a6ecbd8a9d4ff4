/**
 * Finding in the whole crate: search, definitions and references, their answers as one list, and the keys for them.
 * Everything symbolic is by name and says so.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type ComponentProps } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Definitions, Findings, OutlineItem, SearchQuery } from '../../shared/review-aids.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { toastFailure } from '../state/actions.ts'
import type { DiffView } from './diff-editor.ts'
import { definitionRows, definitionsText, findRows, nextRow, type FindRow } from './find-rows.ts'
import type { FindTab } from './find-tab.tsx'
import type { JumpPlace } from './jump-list.ts'
import type { Jumps } from './use-jumps.ts'

export type Found =
  | { readonly kind: 'search'; readonly query: SearchQuery; readonly findings: Findings }
  | { readonly kind: 'references'; readonly name: string; readonly findings: Findings }
  | { readonly kind: 'definitions'; readonly definitions: Definitions }

const FIRST_QUERY: SearchQuery = { pattern: '', isRegex: false, isCase: false, isWord: false, side: 'new' }
const OUTLINE_DELAY_MS = 300
const NO_ROWS: readonly FindRow[] = []

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
  const [query, setQuery] = useState(FIRST_QUERY)
  const [found, setFound] = useState<Found | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [current, setCurrent] = useState(-1)
  /** Counts the wishes for the keyboard: in the field, or in the list. */
  const [focus, setFocus] = useState<{ readonly on: 'field' | 'list'; readonly turn: number }>({ on: 'field', turn: 0 })
  const turn = useRef(0)
  const typed = useRef('')
  const origin = useRef<JumpPlace | null>(null)
  const rows = useMemo(
    () =>
      found === null
        ? NO_ROWS
        : found.kind === 'definitions'
          ? definitionRows(found.definitions)
          : findRows(found.findings),
    [found],
  )
  const take = (next: Found, on: 'field' | 'list') => {
    setFound(next)
    setFailure(null)
    const list = next.kind === 'definitions' ? definitionRows(next.definitions) : findRows(next.findings)
    setCurrent(nextRow(list, -1, 1))
    if (on === 'list' && list.length > 0) setFocus(f => ({ on: 'list', turn: f.turn + 1 }))
  }
  /** Answers whether this is still the last wish. */
  const begin = (): (() => boolean) => {
    const mine = ++turn.current
    setBusy(true)
    return () => {
      if (mine !== turn.current) return false
      setBusy(false)
      return true
    }
  }
  const search = async (wanted: SearchQuery) => {
    if (wanted.pattern === '') return
    const isLast = begin()
    const answer = await client.call('review.search', { review, query: wanted })
    if (!isLast()) return
    // Who went on typing keeps the keyboard.
    const isTyping = typed.current !== wanted.pattern
    if (answer.ok) take({ kind: 'search', query: wanted, findings: answer.value }, isTyping ? 'field' : 'list')
    else if (answer.error.code !== 'cancelled') setFailure(answer.error)
  }
  const word = (): { readonly name: string; readonly qualifier: string | null } | null => {
    const at = page.isText ? (page.view()?.wordAtCursor() ?? null) : null
    if (at === null) page.say('Put the cursor on a name first')
    return at
  }
  const goTo = (row: FindRow | undefined) => {
    if (row?.kind === 'definition')
      page.jumps.to({ path: row.path, side: 'new', line: row.definition.line }, row.definition.column)
    else if (row?.kind === 'place') {
      const side = found?.kind === 'search' ? found.query.side : 'new'
      page.jumps.to({ path: row.path, side, line: row.place.line }, Math.max(1, row.place.column))
    }
  }
  const definition = async () => {
    const at = word()
    if (at === null || page.shownPath === null) return
    const isLast = begin()
    const answer = await client.call('review.definitions', { review, ...at, path: page.shownPath })
    if (!isLast()) return
    if (!answer.ok) return toastFailure(answer.error)
    const { definitions, total } = answer.value
    const only = definitions[0]
    page.say(definitionsText(at.name, total))
    if (only === undefined) return
    if (total === 1) return page.jumps.to({ path: only.path, side: 'new', line: only.line }, only.column)
    origin.current = page.jumps.here()
    page.openTab()
    take({ kind: 'definitions', definitions: answer.value }, 'list')
  }
  const references = async () => {
    const at = word()
    if (at === null) return
    const isLast = begin()
    const answer = await client.call('review.references', { review, name: at.name })
    if (!isLast()) return
    if (!answer.ok) return toastFailure(answer.error)
    origin.current = page.jumps.here()
    page.openTab()
    take({ kind: 'references', name: at.name, findings: answer.value }, 'list')
  }
  const latestAsk = useRef({ definition, references })
  useEffect(() => {
    latestAsk.current = { definition, references }
  })
  const outline = useOutline(client, review, page.shownPath)
  const { view } = page
  useCommandHandlers({
    'review.findAll': () => {
      origin.current = page.jumps.here()
      const selected = page.isText ? (page.view()?.selectedText() ?? '') : ''
      if (selected !== '') {
        setQuery({ ...query, pattern: selected })
        typed.current = selected
      }
      // An answer on its way must not take the keyboard from the field.
      turn.current += 1
      setBusy(false)
      page.openTab()
      setFocus(f => ({ on: 'field', turn: f.turn + 1 }))
    },
    'review.definition': page.isText ? () => page.jumps.settled(() => void latestAsk.current.definition()) : undefined,
    'review.references': page.isText ? () => page.jumps.settled(() => void latestAsk.current.references()) : undefined,
    'review.expand': page.isText
      ? () => void (view()?.expand(outline) === true || page.say('Nothing is folded here'))
      : undefined,
  })
  // Hover asks for what a name means; the provider lives as long as the editor.
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
  return {
    tab: {
      query,
      hasOldSide,
      found,
      rows,
      current,
      isBusy,
      failure,
      focus,
      onQuery: next => {
        const isOption = next.pattern === query.pattern
        setQuery(next)
        typed.current = next.pattern
        if (isOption && found?.kind === 'search') void search(next)
      },
      onSearch: () => void search(query),
      onCurrent: setCurrent,
      onOpen: index => {
        setCurrent(index)
        goTo(rows[index])
      },
      onStep: by => setCurrent(nextRow(rows, current, by)),
      onLeave: () => {
        const [from, now] = [origin.current, page.jumps.here()]
        // The cursor stays on its column when nothing was opened.
        const isThere = from?.path === now?.path && from?.side === now?.side && from?.line === now?.line
        if (from !== null && !isThere) page.jumps.show(from)
        view()?.focus()
      },
    },
  }
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
