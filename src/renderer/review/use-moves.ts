/**
 * Blocks that moved between the files of the change: asked for once the review is open, shown at both ends, and the way
 * from one end to the other.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import type { DiffView } from './diff-editor.ts'
import { endsByPath, nearestEnd, type MoveEnd } from './move-ends.ts'

export interface Moves {
  readonly byPath: ReadonlyMap<string, readonly MoveEnd[]>
  /** Why some may be missing; null: all were looked for. */
  readonly cut: string | null
  /** Shows the other end. */
  go(end: MoveEnd): void
  /** A file was painted: goes on to the line that was wished for. */
  onPainted(): void
}

const NONE: ReadonlyMap<string, readonly MoveEnd[]> = new Map()

export function useMoves(
  client: EngineClient,
  review: string,
  page: {
    readonly shownPath: string | null
    readonly isText: boolean
    readonly view: () => DiffView | null
    readonly open: (path: string) => void
    /** Remembers the place one comes from. */
    readonly leave: () => void
    readonly say: (text: string) => void
  },
): Moves {
  const [byPath, setByPath] = useState(NONE)
  const [cut, setCut] = useState<string | null>(null)
  const wish = useRef<MoveEnd['other'] | null>(null)
  useEffect(() => {
    let isCurrent = true
    void client.call('review.moves', { review }).then(answer => {
      if (!isCurrent || !answer.ok) return
      setByPath(endsByPath(answer.value.moves))
      setCut(answer.value.cut)
    })
    return () => {
      isCurrent = false
    }
  }, [client, review])
  const go = ({ other }: MoveEnd) => {
    page.leave()
    if (page.shownPath === other.path) return page.view()?.goToLine(other.side, other.line)
    wish.current = other
    page.open(other.path)
  }
  const here = useMemo(() => byPath.get(page.shownPath ?? '') ?? [], [byPath, page.shownPath])
  useCommandHandlers({
    'review.movedEnd': () => {
      const at = page.isText ? (page.view()?.selectedLines() ?? null) : null
      const end = nearestEnd(here, at)
      if (end === null)
        page.say(
          cut === null
            ? 'No block of this file moved from or to another file'
            : 'No moved block is known here; not all were looked for',
        )
      else go(end)
    },
  })
  return {
    byPath,
    cut,
    go,
    onPainted() {
      const to = wish.current
      if (to === null || to.path !== page.shownPath) return
      wish.current = null
      page.view()?.goToLine(to.side, to.line)
    },
  }
}
