/**
 * What the user can do from more than one place: open and close workspaces, refresh, change settings, undo a write.
 * Each call ends in the store: a new state, or a failure shown where it belongs.
 */
import type { EngineClient } from '../../shared/contract.ts'
import type { AbsolutePath } from '../../shared/domain.ts'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import type { Settings } from '../../shared/wire.ts'
import type { Connection } from '../client.ts'
import { setOverlay, showToast, useAppStore } from './app-store.ts'
import { loadQueue, takeApp } from './connect.ts'

/** Shows a failure of something the user just asked for. */
export function toastFailure(failure: Failure): void {
  if (failure.code === 'cancelled') return
  const { title, cause, help } = describeFailure(failure)
  const detail = [cause, help].filter(text => text !== null).join('\n')
  showToast({ tone: 'err', text: title, detail: detail === '' ? null : detail })
}

/** What is said of work that was done, and what of it can be copied: `what` it is, as in "Copy path". */
export interface Done {
  readonly text: string
  readonly detail: string
  readonly copy: { readonly text: string; readonly what: string }
}

export function toastDone({ text, detail, copy }: Done): void {
  const action = { label: `Copy ${copy.what}`, run: () => void copyText(copy.text, `the ${copy.what}`) }
  showToast({ tone: 'ok', text, detail, action })
}

/** Opens the folder, or the sample when null. The former workspace stays open when this fails. */
export async function openWorkspace(client: EngineClient, path: AbsolutePath | null): Promise<boolean> {
  useAppStore.setState({ opening: path ?? 'sample', openFailure: null })
  const answer = path === null ? await client.call('app.openSample', null) : await client.call('app.open', { path })
  useAppStore.setState({ opening: null })
  if (!answer.ok) {
    if (answer.error.code !== 'cancelled') showOpenFailure(answer.error)
    return false
  }
  setOverlay(null)
  const state = await client.call('app.state', null)
  if (state.ok) takeApp(client, state.value)
  return true
}

function showOpenFailure(failure: Failure): void {
  const { view, overlay } = useAppStore.getState()
  if (view.kind === 'welcome' || overlay === 'folder') useAppStore.setState({ openFailure: failure })
  else toastFailure(failure)
}

/** The system's dialog on the desktop, the page's own folder chooser elsewhere. */
export async function askForFolder({ client, door }: Connection): Promise<void> {
  if (door === 'browser') return setOverlay('folder')
  const picked = await client.call('shell.pickFolder', null)
  if (!picked.ok) return setOverlay('folder')
  if (picked.value !== null) await openWorkspace(client, picked.value)
}

export async function closeWorkspace(client: EngineClient): Promise<void> {
  const answer = await client.call('app.close', null)
  if (!answer.ok) return toastFailure(answer.error)
  const state = await client.call('app.state', null)
  if (state.ok) takeApp(client, state.value)
}

/** Changes settings; the page shows the engine's answer. Answers whether they were changed; a failure is told here. */
export async function changeSettings(client: EngineClient, change: Partial<Settings>): Promise<boolean> {
  const answer = await client.call('app.settings', change)
  if (!answer.ok) {
    toastFailure(answer.error)
    return false
  }
  const { app } = useAppStore.getState()
  if (app !== null) useAppStore.setState({ app: { ...app, settings: answer.value } })
  return true
}

/** Switches between offline and online and reads the queue anew with it. */
export async function setOffline(client: EngineClient, offline: boolean): Promise<void> {
  await changeSettings(client, { offline })
  const { app } = useAppStore.getState()
  if ((app?.open ?? null) !== null) await loadQueue(client, 'queue.refresh')
}

/** Takes back the last write of this page, while the files are as it left them. */
export async function undoWrite(client: EngineClient, undoId: string): Promise<void> {
  const answer = await client.call('certify.undo', { undoId })
  if (!answer.ok) return toastFailure(answer.error)
  useAppStore.setState({ undoId: null })
  showToast({ tone: 'ok', text: 'Undone: the files are as before the last write' })
}

/** Copies text and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ tone: 'ok', text: `Copied ${what}` })
  } catch {
    showToast({ tone: 'err', text: 'The clipboard is not available', detail: text })
  }
}
