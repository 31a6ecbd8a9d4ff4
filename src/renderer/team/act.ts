/**
 * Writing down what the user does for the team: one call, a toast with Undo, and the same on Ctrl Z. Nothing is shown
 * before the engine has it on disk; the rows change by its event.
 */
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { TeamAction } from '../../shared/team.ts'
import { count } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'
import { showToast } from '../state/app-store.ts'
import { loadQueue } from '../state/connect.ts'
import { loadTeam, useTeam, type TeamAct } from './state.ts'

/** As many items as one event may name. */
const MAX_ITEMS = 1_000
const ACTS_KEPT = 100

/** `getrandom 0.3.1`, or `14 packages`. */
export function itemsText(keys: readonly PackageKey[]): string {
  const [only] = keys
  return keys.length === 1 && only !== undefined ? only.replace('@', ' ') : count(keys.length, 'package')
}

/** The same action for any number of items, in as many events as it needs. */
export function forItems(
  keys: readonly PackageKey[],
  actionOf: (items: PackageKey[]) => TeamAction,
): readonly TeamAction[] {
  const actions: TeamAction[] = []
  for (let i = 0; i < keys.length; i += MAX_ITEMS) actions.push(actionOf(keys.slice(i, i + MAX_ITEMS)))
  return actions
}

/** Writes the actions down; answers their events, or null after telling why not. `words`: what was done, as a sentence. */
export async function act(
  client: EngineClient,
  actions: readonly TeamAction[],
  words: string,
): Promise<readonly string[] | null> {
  const answer = await client.call('team.act', { actions: [...actions] })
  if (!answer.ok) {
    toastFailure(answer.error)
    return null
  }
  const done: TeamAct = { events: answer.value.events, words }
  useTeam.setState(s => ({ acts: [...s.acts.slice(1 - ACTS_KEPT), done], undone: [] }))
  showToast({ tone: 'ok', text: words, action: { label: 'Undo', run: () => void undoAct(client, done) } })
  return answer.value.events
}

/** Takes back one act of this page: the one given, or the last. */
export async function undoAct(client: EngineClient, which: TeamAct | null = null): Promise<void> {
  const done = which ?? useTeam.getState().acts.at(-1)
  if (done === undefined || !useTeam.getState().acts.includes(done)) return
  const answer = await client.call('team.undo', { events: [...done.events] })
  if (!answer.ok) return toastFailure(answer.error)
  const undo: TeamAct = { events: answer.value.events, words: done.words }
  useTeam.setState(s => ({ acts: s.acts.filter(other => other !== done), undone: [...s.undone, undo] }))
  showToast({ tone: 'info', text: `Undone: ${done.words}` })
}

/** Does again what was undone last. */
export async function redoAct(client: EngineClient): Promise<void> {
  const undo = useTeam.getState().undone.at(-1)
  if (undo === undefined) return
  const answer = await client.call('team.undo', { events: [...undo.events] })
  if (!answer.ok) return toastFailure(answer.error)
  // Taken back is the undo, so that it takes effect again is what Undo takes back next.
  const again: TeamAct = { events: answer.value.events, words: undo.words }
  useTeam.setState(s => ({ undone: s.undone.filter(other => other !== undo), acts: [...s.acts, again] }))
  showToast({ tone: 'ok', text: `Done again: ${undo.words}` })
}

/** Takes back one event of the log that is one's own. */
export async function undoEvent(client: EngineClient, id: string, words: string): Promise<void> {
  const known = useTeam.getState().acts.find(({ events }) => events.includes(id))
  if (known !== undefined) return undoAct(client, known)
  const answer = await client.call('team.undo', { events: [id] })
  if (!answer.ok) return toastFailure(answer.error)
  useTeam.setState(s => ({ undone: [...s.undone, { events: answer.value.events, words }] }))
  showToast({ tone: 'info', text: `Undone: ${words}` })
}

/** Everything anew that can be asked for: the queue, and the team’s events when it was joined. */
export async function refreshAll(client: EngineClient): Promise<void> {
  const isJoined = useTeam.getState().team?.sync.where.state === 'joined'
  await Promise.all([loadQueue(client, 'queue.refresh'), isJoined ? syncTeam(client) : loadTeam(client)])
}

/** Fetches and sends now. The state on screen follows by the engine's event. */
export async function syncTeam(client: EngineClient): Promise<void> {
  const answer = await client.call('team.sync', null)
  if (!answer.ok) return toastFailure(answer.error)
  useTeam.setState(s => (s.team === null ? {} : { team: { ...s.team, sync: answer.value } }))
}
