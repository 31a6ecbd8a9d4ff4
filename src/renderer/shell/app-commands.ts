/** The commands that work everywhere, and which contexts are active on the page shown. */
import { useEffect } from 'react'
import { useClient, useConnection } from '../client.ts'
import { isCommandId, runCommand, useCommandHandlers, useCommandRegistry } from '../commands/command-table.ts'
import type { CommandContext } from '../../shared/command-table.ts'
import { askForFolder, changeSettings, closeWorkspace, openWorkspace, setOffline, undoWrite } from '../state/actions.ts'
import { closeTab, goHistory, navigate, setOverlay, useAppStore, useSettings } from '../state/app-store.ts'
import { refreshAll } from '../team/act.ts'
import { themeNow } from '../styles/follow-theme.ts'
import { openCompare } from '../review/compare-dialog.tsx'
import { cycleRegion } from './regions.ts'

/** Registers them; used once, by the frame. */
export function useAppCommands(): void {
  const client = useClient()
  const connection = useConnection()
  const settings = useSettings()
  const isOpen = useAppStore(s => (s.app?.open ?? null) !== null)
  const view = useAppStore(s => s.view)
  const tabs = useAppStore(s => s.tabs)
  const history = useAppStore(s => s.history)
  const undoId = useAppStore(s => s.undoId)
  const tabIndex = view.kind === 'review' || view.kind === 'certify' ? tabs.findIndex(tab => tab.id === view.id) : -1
  const nextTab = tabs[(tabIndex + 1) % Math.max(tabs.length, 1)]
  const shownTab = tabs[tabIndex]
  const lastTab = tabs.at(-1)

  useCommandHandlers({
    'app.palette': () => setOverlay('palette'),
    'app.goto': isOpen ? () => setOverlay('goto') : undefined,
    'app.help': () => setOverlay('help'),
    'app.jobs': () => setOverlay('jobs'),
    'app.settings': () => setOverlay('settings'),
    'app.redirects': () => setOverlay('redirects'),
    'app.open': () => void askForFolder(connection),
    'app.compare': isOpen ? () => openCompare(null) : undefined,
    'app.openSample': () => void openWorkspace(client, null),
    'app.closeWorkspace': isOpen ? () => void closeWorkspace(client) : undefined,
    'app.refresh': isOpen ? () => void refreshAll(client) : undefined,
    'app.offline': () => void setOffline(client, !settings.offline),
    'app.undoWrite': undoId === null ? undefined : () => void undoWrite(client, undoId),
    'app.nextRegion': () => cycleRegion(1),
    'app.prevRegion': () => cycleRegion(-1),
    'app.back': history.back.length > 0 ? () => goHistory('back') : undefined,
    'app.forward': history.forward.length > 0 ? () => goHistory('forward') : undefined,
    'app.nextTab':
      nextTab === undefined || nextTab === shownTab ? undefined : () => navigate({ kind: 'review', id: nextTab.id }),
    'app.closeTab': shownTab === undefined ? undefined : () => closeTab(shownTab.id),
    'app.theme': () => void changeSettings(client, { theme: themeNow() === 'dark' ? 'light' : 'dark' }),
    'app.singleKeys': () => void changeSettings(client, { singleKeys: !settings.singleKeys }),
    'go.queue': isOpen && view.kind !== 'queue' ? () => navigate({ kind: 'queue' }) : undefined,
    'go.provenance': isOpen && view.kind !== 'provenance' ? () => navigate({ kind: 'provenance' }) : undefined,
    'go.whatif': isOpen && view.kind !== 'whatif' ? () => navigate({ kind: 'whatif' }) : undefined,
    'go.overview': isOpen && view.kind !== 'overview' ? () => navigate({ kind: 'overview' }) : undefined,
    'queue.export': isOpen ? () => setOverlay('overview-export') : undefined,
    'go.review': lastTab === undefined ? undefined : () => navigate({ kind: 'review', id: (shownTab ?? lastTab).id }),
  })

  useEffect(() => {
    const contexts = new Set<CommandContext>(['always'])
    if (isOpen) contexts.add('workspace')
    // The sheet of several audits has the commands of that of one.
    const isSheet = view.kind === 'batch' || view.kind === 'whatif-apply'
    if (view.kind !== 'welcome' && view.kind !== 'compare') contexts.add(isSheet ? 'certify' : view.kind)
    if (view.kind === 'queue' || view.kind === 'provenance' || view.kind === 'whatif' || view.kind === 'overview')
      contexts.add('list')
    // Two sides that are no review, of a repository or of two crates, are read with the keys of one.
    if (view.kind === 'pair' || view.kind === 'compare') contexts.add('pair').add('review')
    useCommandRegistry.setState({ contexts })
  }, [isOpen, view.kind])

  useEffect(
    () =>
      client.on('shell.command', ({ id }) => {
        if (isCommandId(id)) runCommand(id)
      }),
    [client],
  )
}
