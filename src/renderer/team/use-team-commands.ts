/**
 * The queue's commands that write for the team, on what is selected or else on the row one is at; and selecting itself.
 * Claims end by themselves: one is made for a working day's length, and claiming again renews it.
 */
import type { PackageKey } from '../../shared/domain.ts'
import type { EngineClient } from '../../shared/contract.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { ensureTab, setOverlay, showToast, useAppStore } from '../state/app-store.ts'
import { useQueueState } from '../queue/queue-state.ts'
import { count } from '../parts/words.ts'
import { act, forItems, itemsText, redoAct, syncTeam, undoAct } from './act.ts'
import { clearMarks, extendMarks, markAll, toggleMark, useMarks } from './marks.ts'
import { isMe } from './people.ts'
import { showFilter } from '../queue/rail.tsx'
import { useSavedFilters } from './saved-filters.ts'
import { useTeam, type TeamDialog } from './state.ts'
import { isHeld, type QueueRow } from './views.ts'

/** How long a claim lasts that nobody renews. */
const CLAIM_HOURS = 8
const HOUR_MS = 3_600_000
/** More reviews at once than anybody can look at are opened by mistake. */
const MAX_OPENED = 20

export function claimEnd(now: number): string {
  return new Date(now + CLAIM_HOURS * HOUR_MS).toISOString()
}

export function openDialog(dialog: TeamDialog): void {
  useTeam.setState({ dialog })
  setOverlay('team')
}

/** Claims what nobody else holds; asks about the rest. What one holds oneself already is released when it is all. */
async function claimOrRelease(client: EngineClient, keys: readonly PackageKey[]): Promise<void> {
  const { items, team } = useTeam.getState()
  const me = team?.me ?? null
  const holder = (key: PackageKey) => {
    const item = items.get(key) ?? null
    return isHeld(item) ? (item?.claim?.by ?? null) : null
  }
  if (keys.every(key => isMe(holder(key), me))) {
    await act(
      client,
      forItems(keys, items => ({ kind: 'release', items })),
      `Released ${itemsText(keys)}`,
    )
    return
  }
  const held = keys.filter(key => holder(key) !== null && !isMe(holder(key), me))
  if (held.length > 0) return openDialog({ kind: 'takeOver', keys, held })
  await claim(client, keys, false)
}

export async function claim(client: EngineClient, keys: readonly PackageKey[], takeOver: boolean): Promise<void> {
  if (keys.length === 0) return
  const until = claimEnd(Date.now())
  await act(
    client,
    forItems(keys, items => ({ kind: 'claim', items, until, takeOver })),
    `Claimed ${itemsText(keys)} for ${CLAIM_HOURS} hours`,
  )
}

export interface TeamParts {
  readonly items: readonly QueueRow[]
  readonly selected: QueueRow | null
  /** Moves by this many rows; answers the row one is at then. */
  readonly move: (step: number) => PackageKey | null
  readonly settle: () => void
}

/** What an action is about: the selection in the order of the list, those not shown after them, else the row one is at. */
function targets(items: readonly QueueRow[], selected: QueueRow | null): readonly PackageKey[] {
  const { keys } = useMarks.getState()
  if (keys.size === 0) return selected === null ? [] : [selected.key]
  const shown = items.filter(item => keys.has(item.key)).map(item => item.key)
  const isShown = new Set(shown)
  return [...shown, ...[...keys].filter(key => !isShown.has(key))]
}

function openAll(items: readonly QueueRow[], keys: readonly PackageKey[]): void {
  const wanted = new Set(keys)
  const readable = items.filter(item => wanted.has(item.key) && item.delta !== null)
  for (const item of readable.slice(0, MAX_OPENED)) if (item.delta !== null) ensureTab(item.crate, item.delta, item.key)
  const rest = readable.length - MAX_OPENED
  showToast({
    tone: rest > 0 ? 'warn' : 'ok',
    text: `Opened ${count(Math.min(readable.length, MAX_OPENED), 'review')}`,
    detail: rest > 0 ? `${count(rest, 'more is', 'more are')} not opened; it is at most ${MAX_OPENED} at once.` : null,
  })
}

export function useTeamCommands(parts: TeamParts): void {
  const { items, selected, move, settle } = parts
  const client = useClient()
  const me = useTeam(s => s.team?.me ?? null)
  const hasTeam = useTeam(s => s.team !== null)
  const hasActs = useTeam(s => s.acts.length > 0)
  const hasUndone = useTeam(s => s.undone.length > 0)
  const hasMarks = useMarks(s => s.keys.size > 0)
  const isOverlaid = useAppStore(s => s.overlay !== null)
  const filters = useSavedFilters()
  const filterText = useQueueState(s => s.filterText)
  const hasTarget = hasMarks || selected !== null
  /** Without a name git would not know who writes; then nothing is offered. */
  const canWrite = hasTeam && me !== null && hasTarget
  const withKeys = (use: (keys: readonly PackageKey[]) => void) =>
    canWrite
      ? () => {
          settle()
          use(targets(items, selected))
        }
      : undefined
  const ask = (kind: 'assign' | 'due' | 'state' | 'priority' | 'handOver' | 'note') =>
    withKeys(keys => openDialog({ kind, keys }))
  const extend = (step: number) => {
    if (selected === null) return undefined
    return () => {
      const to = move(step)
      if (to !== null)
        extendMarks(
          items.map(item => item.key),
          selected.key,
          to,
        )
    }
  }
  const saved = (i: number) => {
    const filter = filters[i]
    return filter === undefined ? undefined : () => showFilter(filter)
  }
  useCommandHandlers({
    'queue.select': selected === null ? undefined : () => toggleMark(selected.key),
    'queue.extendDown': extend(1),
    'queue.extendUp': extend(-1),
    'queue.selectAll': items.length === 0 ? undefined : () => markAll(items.map(item => item.key)),
    'queue.selectNone': hasMarks && !isOverlaid ? clearMarks : undefined,
    'queue.assign': ask('assign'),
    'queue.assignMe': withKeys(keys => {
      if (me === null) return
      void act(
        client,
        forItems(keys, of => ({ kind: 'assign', items: of, to: me })),
        `Assigned ${itemsText(keys)} to you`,
      )
    }),
    'queue.claim': withKeys(keys => void claimOrRelease(client, keys)),
    'queue.due': ask('due'),
    'queue.state': ask('state'),
    'queue.priority': ask('priority'),
    'queue.handOver': ask('handOver'),
    'queue.note': withKeys(keys => (hasMarks ? openDialog({ kind: 'note', keys }) : focusComposer())),
    'queue.openAll': hasMarks ? () => openAll(items, targets(items, selected)) : undefined,
    'queue.saveFilter': filterText === '' ? undefined : () => openDialog({ kind: 'saveFilter' }),
    'queue.saved1': saved(0),
    'queue.saved2': saved(1),
    'queue.saved3': saved(2),
    'queue.saved4': saved(3),
    'queue.saved5': saved(4),
    'queue.news': hasTeam ? () => openDialog({ kind: 'news' }) : undefined,
    'queue.undo': hasActs ? () => void undoAct(client) : undefined,
    'queue.redo': hasUndone ? () => void redoAct(client) : undefined,
  })
}

/** Shows the inspector with the field for a note ready to type in. */
function focusComposer(): void {
  useQueueState.setState({ isInspectorOpen: true })
  setTimeout(() => document.querySelector<HTMLElement>('[data-note-field]')?.focus(), 0)
}

/** Sync is on every page; used once, by the frame. */
export function useSyncCommand(): void {
  const client = useClient()
  const state = useTeam(s => s.team?.sync.where.state ?? null)
  useCommandHandlers({
    'app.sync':
      state === null
        ? undefined
        : state === 'joined'
          ? () => void syncTeam(client)
          : () => openDialog({ kind: 'join' }),
  })
}
