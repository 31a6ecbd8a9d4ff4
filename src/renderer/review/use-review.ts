/**
 * The review of one delta as the page sees it: opened through the engine, its files loaded on demand and kept for a
 * while, marks changed on screen at once and saved at once. The engine's answer always replaces what we guessed.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { CrateName, Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Result } from '../../shared/result.ts'
import type { FileDiff, FileMarks, ReadMark, Review, ReviewFile } from '../../shared/wire.ts'
import { readingOrder } from './tree-rows.ts'
import { firstWish } from './use-file-browser.ts'

export type MarkValue = 'read' | 'partly' | 'unread'

/** Loads files of one review, each at most once at a time, and keeps the last ones. */
export interface FileLoader {
  load(path: string, page: number): Promise<Result<FileDiff, Failure>>
  /** The file if it is already here. */
  peek(path: string, page: number): FileDiff | null
}

const KEPT_DIFFS = 24

function createFileLoader(client: EngineClient, review: string): FileLoader {
  const kept = new Map<string, FileDiff>()
  const pending = new Map<string, Promise<Result<FileDiff, Failure>>>()
  const keyOf = (path: string, page: number) => `${page} ${path}`
  return {
    peek: (path, page) => kept.get(keyOf(path, page)) ?? null,
    load(path, page) {
      const key = keyOf(path, page)
      const here = kept.get(key)
      if (here !== undefined) return Promise.resolve({ ok: true, value: here })
      const running = pending.get(key)
      if (running !== undefined) return running
      const loading = client.call('review.file', { review, path, page }).then(answer => {
        pending.delete(key)
        if (answer.ok) {
          kept.set(key, answer.value)
          const oldest = kept.keys().next().value
          if (kept.size > KEPT_DIFFS && oldest !== undefined) kept.delete(oldest)
        }
        return answer
      })
      pending.set(key, loading)
      return loading
    },
  }
}

/** What a review is read with. */
export interface ReadingStart {
  readonly loader: FileLoader
  /** The paths by name, as the page lists them at first. */
  readonly order: readonly string[]
}

/** Asks for what is shown first at once: the page is laid out meanwhile, and finds it here or on its way. */
function startReading(client: EngineClient, review: Review): ReadingStart {
  const loader = createFileLoader(client, review.id)
  const order = readingOrder(review.files, 'path')
  const wish = firstWish(review, order)
  if (wish !== null) void loader.load(wish.path, wish.page)
  return { loader, order }
}

export interface OpenedReview {
  readonly review: Review | null
  readonly failure: Failure | null
  readonly start: ReadingStart | null
  /** Opens it again, after a failure or when the engine forgot it. */
  reload(): void
  readonly marks: MarkCalls
}

export interface MarkCalls {
  /**
   * Shows and saves the mark of some files. Answers the failure when it could not be saved.
   * `undo`: what to call it by when it is taken back; null: it never is.
   */
  set(paths: readonly string[], mark: MarkValue, undo: string | null): Promise<Failure | null>
  /** Puts back what `set` of these paths under this name replaced. */
  undo(paths: readonly string[], undo: string): Promise<Failure | null>
}

/** Opens the review and keeps it open. A change of crate or delta starts anew. */
export function useReview(client: EngineClient, crate: CrateName, delta: Delta): OpenedReview {
  const [state, setState] = useState<{ review: Review | null; failure: Failure | null }>({
    review: null,
    failure: null,
  })
  const [start, setStart] = useState<ReadingStart | null>(null)
  const [attempt, setAttempt] = useState(0)
  const latest = useRef<Review | null>(null)
  /** As the engine said last, without what we guess meanwhile: when it was opened, and what was marked since. */
  const saved = useRef<{ readonly opened: Review | null; readonly since: Map<string, ReadMark> }>({
    opened: null,
    since: new Map(),
  })
  /** The last request that marks each file: an answer to an earlier one says nothing about it any more. */
  const turns = useRef({ last: 0, of: new Map<string, number>() })
  const { from, to } = delta

  useEffect(() => {
    let isCurrent = true
    setState(s => ({ review: s.review, failure: null }))
    void client.call('review.open', { crate, delta: { from, to } }).then(answer => {
      if (!isCurrent) return
      latest.current = answer.ok ? answer.value : null
      saved.current = { opened: latest.current, since: new Map() }
      // The engine may know other bytes than before: nothing is kept.
      setStart(answer.ok ? startReading(client, answer.value) : null)
      setState(answer.ok ? { review: answer.value, failure: null } : { review: null, failure: answer.error })
    })
    return () => {
      isCurrent = false
    }
  }, [client, crate, from, to, attempt])

  const change = useCallback(
    async (
      paths: readonly string[],
      guess: MarkValue | null,
      call: (review: string) => Promise<Result<FileMarks, Failure>>,
    ): Promise<Failure | null> => {
      const before = latest.current
      if (before === null) return null
      const show = (review: Review) => {
        latest.current = review
        setState({ review, failure: null })
      }
      const turn = ++turns.current.last
      for (const path of paths) turns.current.of.set(path, turn)
      const isOurs = (path: string) => turns.current.of.get(path) === turn
      const chosen = new Set(paths)
      if (guess !== null)
        show({ ...before, files: before.files.map(file => (chosen.has(file.path) ? { ...file, mark: guess } : file)) })
      const answer = await call(before.id)
      if (latest.current?.id !== before.id) return answer.ok ? null : answer.error
      if (answer.ok) {
        for (const { path, mark } of answer.value.files) saved.current.since.set(path, mark)
        // Later marks of ours may still be on their way: only these files are taken from the answer.
        const marked = new Map(answer.value.files.map(({ path, mark, earlier }) => [path, { mark, earlier }]))
        const merge = (review: Review): Review => ({
          ...review,
          files: review.files.map(file => (isOurs(file.path) ? { ...file, ...marked.get(file.path) } : file)),
        })
        if (differs(latest.current, merge(latest.current))) show(merge(latest.current))
        return null
      }
      // Not what was on screen before: that may be another guess that was not saved.
      const now = latest.current
      const { opened, since } = saved.current
      const known = new Map(opened?.files.filter(file => isOurs(file.path)).map(file => [file.path, file.mark]))
      const markOf = ({ path, mark }: ReviewFile) => since.get(path) ?? known.get(path) ?? mark
      show({ ...now, files: now.files.map(file => (isOurs(file.path) ? { ...file, mark: markOf(file) } : file)) })
      return answer.error
    },
    [],
  )
  const marks = useMemo(
    (): MarkCalls => ({
      set: (paths, mark, undo) =>
        change(paths, mark, review =>
          client.call('review.mark', { review, paths: [...paths], mark, ...(undo === null ? {} : { undo }) }),
        ),
      undo: (paths, undo) => change(paths, null, review => client.call('review.undoMark', { review, undo })),
    }),
    [client, change],
  )
  const reload = useCallback(() => setAttempt(n => n + 1), [])
  return { ...state, start, reload, marks }
}

function differs(a: Review, b: Review): boolean {
  const text = (file: ReviewFile | undefined) => JSON.stringify(file?.earlier ?? null)
  return a.files.some((file, i) => {
    const other = b.files[i]
    return file !== other && (file.mark !== other?.mark || text(file) !== text(other))
  })
}
