/** Risk and advisories of a package in the inspector: which hit the version, which the change leaves behind, and how old that is. */
import type { PackageKey } from '../../shared/domain.ts'
import type { AdvisoryDatabaseInfo, AdvisoryHit } from '../../shared/risk.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { useNow } from '../parts/use-now.ts'
import { count } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'
import { RiskBars } from './risk-cell.tsx'
import { databaseAge, useRisk, useRiskOf } from './risk-state.ts'

function severityText({ cvss }: AdvisoryHit): string {
  if (cvss === null) return 'no severity stated'
  return cvss.score === null ? `CVSS ${cvss.version}, score not computed` : `${cvss.score.toFixed(1)} ${cvss.severity}`
}

function whatToDo({ patched, fixedBy, hitsNew }: AdvisoryHit): string {
  if (!hitsNew) return 'Hits the old version only: this change leaves it behind.'
  if (patched.length === 0) return 'No version is known to be fixed.'
  return `Fixed in ${patched.join(' or ')}${fixedBy === null ? '' : `; nearest published: ${fixedBy}`}.`
}

function Hit({ hit }: { readonly hit: AdvisoryHit }) {
  const client = useClient()
  const open = async () => {
    const answer = await client.call('shell.openExternal', { url: `https://rustsec.org/advisories/${hit.id}.html` })
    if (!answer.ok) toastFailure(answer.error)
  }
  const tone = !hit.hitsNew ? 'notrun' : hit.kind === 'vulnerability' ? 'differ' : 'almost'
  return (
    <li className="rk-hit">
      <div className="row">
        <span className={`v ${tone}`}>
          <Icon name="warn" />
          {hit.kind}
        </span>
        <button className="link t12 right" onClick={() => void open()} aria-label={`Open ${hit.id} outside`}>
          {hit.id}
        </button>
      </div>
      <p className="t12">{hit.title}</p>
      <p className="t11 sub" title={hit.cvss?.vector}>
        {severityText(hit)}, {hit.date}
        {hit.aliases.length > 0 && `, ${hit.aliases.join(', ')}`}
      </p>
      {hit.cvss !== null && <p className="m11 dim vector">{hit.cvss.vector}</p>}
      <p className="t11">{whatToDo(hit)}</p>
    </li>
  )
}

function Summary(props: {
  readonly hits: readonly AdvisoryHit[]
  readonly unread: number
  readonly database: AdvisoryDatabaseInfo
}) {
  const { hits, unread, database } = props
  const now = useNow(60_000)
  if (database.state === 'unknown')
    return (
      <p className="v unknown rk-line">
        <Icon name="unknown" />
        <span>Unknown: {database.reason ?? 'there is no advisory database'}.</span>
      </p>
    )
  const old = databaseAge(database, now)
  const hitting = hits.filter(hit => hit.hitsNew).length
  const left = hits.length - hitting
  const words = [
    hitting > 0 ? `${count(hitting, 'advisory hits', 'advisories hit')} this version` : null,
    left > 0 ? `${left} left behind` : null,
  ].filter(text => text !== null)
  return (
    <>
      <p className={`t12 ${database.state === 'stale' ? 'warn' : 'sub'} rk-line`}>
        {database.state === 'stale' && <Icon name="clock" />}
        <span>
          {words.length === 0 && unread === 0 ? 'None known' : words.join(', ') || 'Not all could be read'}, {old}.
          {database.reason !== null && ` ${database.reason}.`}
        </span>
      </p>
      {unread > 0 && (
        <p className="v unknown rk-line">
          <Icon name="unknown" />
          <span>{count(unread, 'advisory', 'advisories')} about this crate could not be read: there may be more.</span>
        </p>
      )}
    </>
  )
}

export function RiskFacts({ of }: { readonly of: PackageKey }) {
  const row = useRiskOf(of)
  const database = useRisk(s => s.snapshot?.database ?? null)
  const most = useRisk(s => s.snapshot?.weights.most ?? 0)
  if (row === null || database === null) return null
  return (
    <section className="sec" aria-label="Risk and advisories">
      <h2 className="sh">
        Advisories
        <span className="right rk-of">
          <button className="link t11" onClick={() => runCommand('queue.explain')}>
            Risk <RiskBars score={row.score} most={most} /> <b className="num">{row.score}</b>{' '}
            <Keys of="queue.explain" />
          </button>
        </span>
      </h2>
      <Summary hits={row.advisories} unread={row.unreadAdvisories} database={database} />
      {row.advisories.length > 0 && (
        <ul>
          {row.advisories.map(hit => (
            <Hit key={hit.id} hit={hit} />
          ))}
        </ul>
      )}
    </section>
  )
}
