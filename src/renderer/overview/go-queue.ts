/** From a mark of the overview to the queue with that filter. */
import { queueViews, useQueueState, type QueueView } from '../queue/queue-state.ts'
import { navigate } from '../state/app-store.ts'

const viewNamed = (start: string): QueueView => queueViews.find(view => String(view).startsWith(start)) ?? 'all'

/** `because`: which view; `filter`: as typed into the filter field. */
export function goQueue(because: 'failing' | 'exempted' | 'violations' | 'all', filter = ''): void {
  const view = {
    failing: viewNamed('needs audit'),
    exempted: viewNamed('exempt'),
    violations: viewNamed('violations'),
    all: viewNamed('all'),
  }[because]
  useQueueState.setState({ view, filterText: filter })
  navigate({ kind: 'queue' })
}
