/**
 * Keeps the store equal to the engine: first snapshots by calls, then events. A page that was loaded while the engine
 * already has a workspace open lands on its queue. Older queue generations are dropped.
 */
import type { EngineClient } from '../../shared/contract.ts'
import type { ProvenanceSnapshot } from '../../shared/provenance.ts'
import type { AppState, QueueRead, QueueSnapshot } from '../../shared/wire.ts'
import { forgetProvenance, loadProvenance, takeProvenance, useProvenance } from '../provenance/state.ts'
import { forgetRisk, loadRisk, takeRisk } from '../queue/risk-state.ts'
import { clearMarks } from '../team/marks.ts'
import { forgetTeam, loadTeam, takeTeamChange } from '../team/state.ts'
import { showToast, useAppStore, type View } from './app-store.ts'
import { withRead } from './queue-read.ts'
import { followLaunch, takeLaunch } from './launch.ts'
import { sentence } from '../parts/words.ts'
import { loadTabs, saveTabs } from './saved-places.ts'

/** Starts listening; returns the function that stops. */
export function listenToEngine(client: EngineClient): () => void {
  const stops = [
    client.on('app.changed', app => takeApp(client, app)),
    client.on('jobs.changed', jobs => useAppStore.setState({ jobs })),
    client.on('queue.changed', takeQueue),
    client.on('queue.read', read => takeRead(client, read)),
    client.on('risk.changed', takeRisk),
    client.on('provenance.changed', snapshot => followProvenance(client, snapshot)),
    client.on('team.changed', change => takeTeamChange(client, change)),
    client.on('shell.launch', request => void followLaunch(client, request)),
    client.on('queue.failed', queueFailure => useAppStore.setState({ queueFailure, isQueueLoading: false })),
    useAppStore.subscribe((now, before) => {
      if (now.tabs !== before.tabs && now.app?.open) saveTabs(now.app.open.root, now.tabs)
    }),
  ]
  void start(client)
  return () => stops.forEach(stop => stop())
}

async function start(client: EngineClient): Promise<void> {
  const [state, jobs] = await Promise.all([client.call('app.state', null), client.call('jobs.list', null)])
  if (jobs.ok) useAppStore.setState({ jobs: jobs.value })
  if (!state.ok) return useAppStore.setState({ appFailure: state.error })
  takeApp(client, state.value)
  const request = takeLaunch()
  if (request !== null) await followLaunch(client, request)
}

/** Takes the application's state; another open workspace starts with an empty page. */
export function takeApp(client: EngineClient, app: AppState): void {
  const before = useAppStore.getState()
  const root = app.open?.root ?? null
  const hasMoved = root !== (before.app?.open?.root ?? null)
  const isNewEngine = before.app !== null && before.app.engine.startedAt !== app.engine.startedAt
  if (isNewEngine && app.engine.restartedBecause !== null) {
    showToast({
      tone: 'warn',
      text: 'The engine was started again',
      detail: `${sentence(app.engine.restartedBecause)}. Nothing that was saved is lost.`,
    })
  }
  useAppStore.setState({ app, appFailure: null })
  if (!hasMoved) {
    // What is on screen stays until the new one has answered.
    if (isNewEngine && root !== null) loadWorkspace(client)
    return
  }
  const view: View = root === null ? { kind: 'welcome' } : { kind: 'queue' }
  useAppStore.setState({
    view,
    history: { back: [], forward: [] },
    tabs: root === null ? [] : loadTabs(root),
    queue: null,
    queueFailure: null,
    selectedKey: null,
    chosenDeltas: new Map(),
    undoId: null,
    openFailure: null,
    overlay: null,
  })
  forgetProvenance()
  forgetTeam()
  clearMarks()
  forgetRisk()
  if (root !== null) loadWorkspace(client)
}

function loadWorkspace(client: EngineClient): void {
  void loadQueue(client, 'queue.get')
  void loadProvenance(client, 'workspace')
  void loadRisk(client)
  void loadTeam(client)
}

/** How often rows of everything ever checked are asked for while a run goes on. */
const EVERYTHING_MS = 1_000
let everythingTimer: ReturnType<typeof setTimeout> | null = null

/** Takes the workspace's rows; events do not carry those of everything checked, which are asked for when shown. */
function followProvenance(client: EngineClient, snapshot: ProvenanceSnapshot): void {
  takeProvenance(snapshot)
  if (snapshot.scope === 'everything' || useProvenance.getState().scope !== 'everything') return
  everythingTimer ??= setTimeout(() => {
    everythingTimer = null
    void loadProvenance(client, 'everything')
  }, EVERYTHING_MS)
}

function takeQueue(queue: QueueSnapshot): void {
  const { queue: shown, app } = useAppStore.getState()
  const root = app?.open?.root ?? queue.workspace.root
  if (root !== queue.workspace.root) return
  if (shown !== null && shown.workspace.root === queue.workspace.root && shown.generation > queue.generation) return
  useAppStore.setState({ queue, queueFailure: null, isQueueLoading: false })
}

function takeRead(client: EngineClient, read: QueueRead): void {
  const { queue, app } = useAppStore.getState()
  if (read.root !== app?.open?.root) return
  const next = queue === null ? null : withRead(queue, read)
  if (next === null) void loadQueue(client, 'queue.get')
  else useAppStore.setState({ queue: next })
}

/** Asks for the queue; what is on screen stays until the answer is there, and longer when it is a failure. */
export async function loadQueue(client: EngineClient, call: 'queue.get' | 'queue.refresh'): Promise<void> {
  useAppStore.setState({ isQueueLoading: true })
  const answer = await client.call(call, null)
  if (answer.ok) takeQueue(answer.value)
  else if (answer.error.code === 'cancelled') useAppStore.setState({ isQueueLoading: false })
  else useAppStore.setState({ queueFailure: answer.error, isQueueLoading: false })
}
