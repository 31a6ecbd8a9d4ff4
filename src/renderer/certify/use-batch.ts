/**
 * The sheet of several audits: what each of them says, kept as each one's own draft, and one plan of them all. As on the
 * sheet of one audit, nothing can be written while the plan on screen is not that of the form.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import type { BatchPlan } from '../../shared/certify-batch.ts'
import {
  deltaText,
  reviewId,
  type CrateName,
  type CriteriaName,
  type Delta,
  type PackageKey,
} from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { CertifyRequest } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { navigate } from '../state/app-store.ts'

const PLAN_PAUSE_MS = 120

export interface BatchItem {
  readonly crate: CrateName
  readonly delta: Delta
  readonly key: PackageKey | null
  /** Empty: the engine's choice, what is missing. */
  readonly criteria: readonly CriteriaName[]
  /** What was read in one, of which this is a step; the notes say so. */
  readonly partOf?: Delta
}
export type BatchStart =
  | { readonly kind: 'together'; readonly first: PackageKey | null }
  | { readonly kind: 'split'; readonly item: BatchItem; readonly backTo: string }

const useBatchStart = create<{ readonly start: BatchStart; readonly turn: number }>(() => ({
  start: { kind: 'together', first: null },
  turn: 0,
}))

/** Shows the sheet. */
export function openBatch(start: BatchStart): void {
  useBatchStart.setState(s => ({ start, turn: s.turn + 1 }))
  navigate({ kind: 'batch' })
}
export const useBatch = (): { readonly start: BatchStart; readonly turn: number } => useBatchStart()

export const itemId = ({ crate, delta }: Pick<BatchItem, 'crate' | 'delta'>): string => reviewId(crate, delta)

/** What is known of an item that was chosen; null while it is being read. */
export interface Prepared {
  readonly notes: string
  /** Why its review could not be opened: then nothing is known of what was read. */
  readonly failure: Failure | null
  /** Units and questions left open, drafts of notes. */
  readonly left: number
}

export interface BatchState {
  readonly prepared: ReadonlyMap<string, Prepared>
  readonly setNotes: (item: BatchItem, notes: string) => void
  readonly who: string | null
  readonly setWho: (who: string) => void
  readonly plan: BatchPlan | null
  /** As planned, in order. */
  readonly requests: readonly CertifyRequest[]
  readonly failure: Failure | null
  readonly isPlanning: boolean
  readonly replan: () => void
}

/** `items` in the order in which they are certified; give the same array until it changes. */
export function useBatchPlan(items: readonly BatchItem[], generation: number): BatchState {
  const client = useClient()
  const [prepared, setPrepared] = useState<ReadonlyMap<string, Prepared>>(new Map())
  const [who, setWho] = useState<string | null>(null)
  const [made, setMade] = useState<{
    readonly of: readonly CertifyRequest[]
    readonly plan: BatchPlan | null
    readonly failure: Failure | null
  } | null>(null)
  const [round, setRound] = useState(0)
  const asked = useRef(new Set<string>())

  // Each review is opened, which needs no reading: only then is it known what was read of it.
  useEffect(() => {
    for (const item of items) {
      const id = itemId(item)
      if (asked.current.has(id)) continue
      asked.current.add(id)
      void prepare(client, item).then(one => setPrepared(before => new Map(before).set(id, one)))
    }
  }, [client, items])

  const isReady = items.every(item => prepared.has(itemId(item)))
  const text = JSON.stringify(
    isReady ? items.map(item => requestOf(item, prepared.get(itemId(item))?.notes ?? '', who)) : [],
  )
  const [requests, setRequests] = useState<readonly CertifyRequest[]>([])
  useEffect(() => {
    const timer = window.setTimeout(() => setRequests(JSON.parse(text) as CertifyRequest[]), PLAN_PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [text])
  useEffect(() => {
    if (requests.length === 0) return
    let isCurrent = true
    void client.call('certify.planAll', { requests: [...requests] }).then(answer => {
      if (!isCurrent) return
      if (answer.ok) setMade({ of: requests, plan: answer.value, failure: null })
      else if (answer.error.code !== 'cancelled') setMade({ of: requests, plan: null, failure: answer.error })
    })
    return () => {
      isCurrent = false
    }
  }, [client, requests, generation, round])

  const setNotes = useCallback(
    (item: BatchItem, notes: string) =>
      setPrepared(before => {
        const one = before.get(itemId(item))
        return one === undefined ? before : new Map(before).set(itemId(item), { ...one, notes })
      }),
    [],
  )
  const isShown = items.length > 0 && made !== null
  return {
    prepared,
    setNotes,
    who,
    setWho,
    plan: isShown ? made.plan : null,
    requests: made?.of ?? [],
    failure: isShown ? made.failure : null,
    isPlanning: items.length > 0 && (!isReady || made?.of !== requests || JSON.stringify(requests) !== text),
    replan: () => setRound(n => n + 1),
  }
}

async function prepare(client: ReturnType<typeof useClient>, { crate, delta, partOf }: BatchItem): Promise<Prepared> {
  const opened = await client.call('review.open', { crate, delta })
  if (opened.ok) await client.call('review.units', { review: opened.value.id })
  const [draft, made] = await Promise.all([
    client.call('certify.loadDraft', { crate, delta }),
    client.call('review.auditNotes', { crate, delta }),
  ])
  const saved = draft.ok ? draft.value : null
  const known = made.ok ? made.value : null
  const whole = partOf === undefined || partOf.from === null ? [] : [`Read as part of ${deltaText(partOf)}.`]
  return {
    notes: saved?.notes ?? [...whole, ...(known === null || known.text === '' ? [] : [known.text])].join(' '),
    failure: opened.ok ? null : opened.error,
    left: known === null ? 0 : known.openUnits + known.openItems + known.drafts,
  }
}

function requestOf({ crate, delta, criteria }: BatchItem, notes: string, who: string | null): CertifyRequest {
  const people = (who ?? '')
    .split(/\n|,(?=[^,]*<)/)
    .map(person => person.trim())
    .filter(person => person !== '')
  const text = notes.replace(/\s+$/, '')
  return { crate, delta, criteria: [...criteria], who: people, notes: text === '' ? null : text }
}
