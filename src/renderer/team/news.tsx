/** What others did since one looked last: a count beside the title, and the list, newest first. */
import { useEffect, useState, type KeyboardEvent } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { TeamLogEntry, TeamNews } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { age, count, number } from '../parts/words.ts'
import { select } from '../queue/use-selection.ts'
import { useQueueState } from '../queue/queue-state.ts'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { toastFailure } from '../state/actions.ts'
import { setOverlay, useAppStore } from '../state/app-store.ts'
import { loadTeam, useMe, useTeam } from './state.ts'
import { LogEntry } from './thread.tsx'
import { rowsOfView } from './views.ts'

export function NewsButton() {
  const unseen = useTeam(s => s.team?.unseen ?? 0)
  const hasTeam = useTeam(s => s.team !== null)
  if (!hasTeam) return null
  return (
    <button
      className={unseen > 0 ? 'btn news-on' : 'btn'}
      title="What others did since you looked last"
      onClick={() => runCommand('queue.news')}
    >
      <Icon name="inbox" />
      {unseen > 0 ? count(unseen, 'change') : 'No news'} <Keys of="queue.news" />
    </button>
  )
}

export function NewsDialog() {
  const client = useClient()
  const me = useMe()
  const unseen = useTeam(s => s.team?.unseen ?? 0)
  const [news, setNews] = useState<TeamNews | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => {
    let isCurrent = true
    void client.call('team.news', null).then(answer => {
      if (!isCurrent) return
      if (answer.ok) setNews(answer.value)
      else if (answer.error.code !== 'cancelled') setFailure(answer.error)
    })
    return () => {
      isCurrent = false
    }
    // What arrives while it is read is added.
  }, [client, unseen])
  const looked = async () => {
    const answer = await client.call('team.looked', null)
    if (!answer.ok) return toastFailure(answer.error)
    setOverlay(null)
    await loadTeam(client)
  }
  const since = news?.since ?? null
  return (
    <Overlay label="What changed" className="news">
      <div className="oh">
        <b className="nw">What changed</b>
        <span className="t11 dim ell">
          {since === null ? 'since you joined' : `since you looked ${age(since, Date.now())}`}
        </span>
        <EscButton />
      </div>
      {failure !== null && (
        <div className="dialog">
          <FailureNotice failure={failure} />
        </div>
      )}
      {news !== null && <NewsList news={news} me={me} />}
      <div className="of">
        <button
          className="btn p s"
          data-autofocus
          disabled={news !== null && news.total === 0}
          onClick={() => void looked()}
        >
          Mark as looked at
        </button>
        {news !== null && news.total > news.entries.length && (
          <span>
            The newest {number(news.entries.length)} of {number(news.total)}
          </span>
        )}
      </div>
    </Overlay>
  )
}

function NewsList({ news, me }: { readonly news: TeamNews; readonly me: string | null }) {
  if (news.entries.length === 0)
    return (
      <div className="center">
        <b>Nothing new</b>
        <p>Nobody else wrote anything that arrived here since you looked.</p>
      </div>
    )
  const step = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('button.news-row')]
    const at = all.indexOf(document.activeElement as HTMLElement)
    all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus()
  }
  return (
    <ul className="news-list scroll" aria-label="Changes" onKeyDown={step}>
      {news.entries.map(entry => (
        <li key={entry.id}>
          <button className="news-row" disabled={entry.crate === null} onClick={() => show(entry)}>
            <span className="med ell">
              {entry.crate} <span className="m11 sub">{entry.version ?? ''}</span>
            </span>
            <LogEntry entry={entry} me={me} onUndo={null} />
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Goes to the row that an entry is about, in the view on screen when it is there. */
function show(entry: TeamLogEntry): void {
  const { queue } = useAppStore.getState()
  const found =
    queue?.items.find(
      item => item.crate === entry.crate && (entry.version === null || item.version === entry.version),
    ) ?? null
  setOverlay(null)
  if (queue === null || found === null) {
    useQueueState.setState({ view: 'done', filterText: entry.crate === null ? '' : `crate:${entry.crate}` })
    return
  }
  const { items, team } = useTeam.getState()
  const { view } = useQueueState.getState()
  const isHere = rowsOfView(queue, view, { items, me: team?.me ?? null }).includes(found)
  useQueueState.setState({ ...(isHere ? {} : { view: 'all' }), filterText: '', isInspectorOpen: true })
  select(found.key)
}
