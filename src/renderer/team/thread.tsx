/** The team's part of the inspector: whom the row is with, its sign-offs, notes with replies, and the log of the crate. */
import { useState } from 'react'
import type { TeamItem, TeamLogEntry } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { useNow } from '../parts/use-now.ts'
import { count, listText, number } from '../parts/words.ts'
import { undoEvent } from './act.ts'
import { stateWords } from './cells.tsx'
import { dayText, leftText, localDay } from './dates.ts'
import { Byline, Composer, Note } from './note.tsx'
import { isMe, turnText, whoText } from './people.ts'
import { useMe, useTeam, useTeamItem } from './state.ts'
import { useThread } from './use-thread.ts'
import { isHeld, type QueueRow } from './views.ts'

function Facts({ team, me }: { readonly team: TeamItem | null; readonly me: string | null }) {
  const now = useNow(60_000)
  const today = localDay(now)
  const held = isHeld(team) ? (team?.claim ?? null) : null
  const turn = turnText(team?.turn ?? { kind: 'anyone', but: [] }, me)
  return (
    <dl className="facts t12">
      <dt className="dim">Assignee</dt>
      <dd>
        {team === null || team.assignee === null ? <span className="dim">nobody</span> : whoText(team.assignee, me)}
        {team !== null && team.due !== null && <span className="sub">, due {dayText(team.due, today)}</span>}
        {team !== null && team.priority !== null && <span className="sub">, priority {team.priority}</span>}
      </dd>
      <dt className="dim">Turn</dt>
      <dd>{turn ?? <span className="dim">nobody’s</span>}</dd>
      {held !== null && (
        <>
          <dt className="dim">Claimed</dt>
          <dd>
            by {isMe(held.by, me) ? 'you' : whoText(held.by, me)}, {leftText(held.until, now)}
          </dd>
        </>
      )}
      {team !== null && (
        <>
          <dt className="dim">State</dt>
          <dd>
            {stateWords[team.state]}
            {team.stateReason !== '' && <span className="sub">: {team.stateReason}</span>}
          </dd>
        </>
      )}
    </dl>
  )
}

function SignOffs({ team, me }: { readonly team: TeamItem; readonly me: string | null }) {
  return (
    <ul className="signs" aria-label="Sign-offs">
      {team.signOffs.map(signOff => (
        <li key={signOff.id}>
          <Icon name="seal" className="sm acc" />
          <div className="grow">
            <Byline by={signOff.by} at={signOff.at} signature={signOff.signature} me={me} />
            <span className="t11 sub">
              signed{' '}
              {signOff.delta.from === null
                ? `${signOff.delta.to} (full)`
                : `${signOff.delta.from} → ${signOff.delta.to}`}{' '}
              for {listText(signOff.criteria)}
            </span>
          </div>
        </li>
      ))}
    </ul>
  )
}

/** An entry of the log: who, what, when, signed or not, and what became of it. */
export function LogEntry(props: {
  readonly entry: TeamLogEntry
  readonly me: string | null
  readonly onUndo: (() => void) | null
}) {
  const { entry, me, onUndo } = props
  return (
    <div className={entry.isUndone ? 'log-entry undone' : 'log-entry'}>
      <Byline by={entry.by} at={entry.at} signature={entry.signature} me={me} />
      <span className="t11 sub pre">
        {readable(entry.text)}
        {entry.more > 0 && ` and ${number(entry.more)} more`}
        {entry.isUndone && <span className="dim"> (taken back)</span>}
        {entry.withoutEffect !== null && <span className="warn"> (no effect: {readable(entry.withoutEffect)})</span>}
        {onUndo !== null && entry.canUndo && (
          <>
            {' '}
            <button className="link t11" onClick={onUndo}>
              Undo
            </button>
          </>
        )}
      </span>
    </div>
  )
}

const shortTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})

/** Addresses and instants of a log's text as people read them. */
export function readable(text: string): string {
  return text
    .replace(/ <[^<>\s]+>/g, '')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, at => shortTime.format(Date.parse(at)))
}

const LOG_SHOWN = 5

function Log({ log, me }: { readonly log: readonly TeamLogEntry[]; readonly me: string | null }) {
  const client = useClient()
  const [most, setMost] = useState(0)
  if (log.length === 0) return null
  return (
    <div className="log">
      <button className="link t11" aria-expanded={most > 0} onClick={() => setMost(most > 0 ? 0 : LOG_SHOWN)}>
        {most > 0 ? 'Hide the log' : `Log: ${count(log.length, 'entry', 'entries')}`}
      </button>
      {most > 0 && (
        <ul aria-label="Log">
          {log.slice(0, most).map(entry => (
            <li key={entry.id}>
              <LogEntry entry={entry} me={me} onUndo={() => void undoEvent(client, entry.id, readable(entry.text))} />
            </li>
          ))}
        </ul>
      )}
      {most > 0 && log.length > most && (
        <button className="link t11" onClick={() => setMost(500)}>
          Show all {number(log.length)}
        </button>
      )}
    </div>
  )
}

export function TeamSection({ item }: { readonly item: QueueRow }) {
  const team = useTeamItem(item.key)
  const me = useMe()
  const hasTeam = useTeam(s => s.team !== null)
  const teamFailure = useTeam(s => s.failure)
  const { thread, failure } = useThread(item.crate)
  const problem = failure ?? (hasTeam ? null : teamFailure)
  const notes = thread?.notes ?? []
  const mine = notes.filter(note => note.version === null || note.version === item.version)
  const earlier = notes.filter(note => note.version !== null && note.version !== item.version)
  return (
    <section className="sec team" aria-label="Team">
      <h2 className="sh">
        Team
        {hasTeam && (
          <span className="right">
            <button className="btn s q" onClick={() => runCommand('queue.assign')}>
              Assign <Keys of="queue.assign" />
            </button>
          </span>
        )}
      </h2>
      {problem !== null && <FailureNotice failure={problem} />}
      {hasTeam && (
        <>
          <Facts team={team} me={me} />
          {team !== null && team.handOver !== null && team.handOver.note !== '' && (
            <div className="handed">
              <Byline by={team.handOver.from} at={team.handOver.at} signature={team.handOver.signature} me={me} />
              <p className="t12 pre">{team.handOver.note}</p>
            </div>
          )}
          {team !== null && team.signOffs.length > 0 && <SignOffs team={team} me={me} />}
          <h3 className="sh">
            Notes
            {mine.length > 0 && (
              <span className="dim right">
                {count(mine.filter(note => !note.isResolved).length, 'open', 'open')} of {mine.length}
              </span>
            )}
          </h3>
          <ul className="thread">
            {mine.map(note => (
              <Note key={note.id} note={note} version={item.version} me={me} />
            ))}
          </ul>
          <Composer key={item.key} crate={item.crate} version={item.version} />
          {earlier.length > 0 && (
            <details className="t12">
              <summary>{count(earlier.length, 'note')} on other versions</summary>
              <ul className="thread">
                {earlier.map(note => (
                  <Note key={note.id} note={note} version={item.version} me={me} />
                ))}
              </ul>
            </details>
          )}
          <Log key={`log ${item.key}`} log={thread?.log ?? []} me={me} />
        </>
      )}
    </section>
  )
}
