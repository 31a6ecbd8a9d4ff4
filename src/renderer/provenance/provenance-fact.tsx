/** Provenance in the queue's inspector: badge, sentence, and the way to the lines that differ or to the check. */
import type { PackageKey } from '../../shared/domain.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { navigate } from '../state/app-store.ts'
import { statusOf } from './rows.ts'
import { runProvenance, selectRow, useProvenance, useRowOf } from './state.ts'
import { MATCH_LIMITS, STATUS, isMatch } from './texts.ts'
import { VerdictBadge, VerdictWords } from './verdict-badge.tsx'

export function ProvenanceFact({ of }: { readonly of: PackageKey }) {
  const client = useClient()
  const row = useRowOf(of)
  const failure = useProvenance(s => s.failures.workspace)
  const isKnown = useProvenance(s => s.snapshots.workspace !== null)
  if (!isKnown && failure === null) return null
  const summary = row?.summary ?? null
  const status = row === null ? 'not-run' : statusOf(row)
  const text = row?.state === 'failed' ? row.failure : (summary?.sentence ?? null)
  return (
    <section className="sec" aria-label="Provenance">
      <h2 className="sh">
        Provenance
        <button
          className="link t11 right"
          onClick={() => {
            selectRow(of)
            useProvenance.setState({ scope: 'workspace', filterText: '' })
            navigate({ kind: 'provenance' })
          }}
        >
          Evidence
        </button>
      </h2>
      {row === null ? <VerdictWords words={STATUS['not-run']} /> : <VerdictBadge row={row} />}
      <p className="t12 sub" style={{ marginTop: 4 }}>
        {failure !== null && row === null
          ? 'What was checked could not be read, so nothing is known.'
          : (text ?? STATUS[status].meaning)}
        {isMatch(status) && <span className="sr"> {MATCH_LIMITS}</span>}
      </p>
      {summary !== null && (
        <button className="btn s" style={{ marginTop: 7 }} onClick={() => runCommand('queue.provenance')}>
          <Icon name="split" />
          {isMatch(status) ? 'Open the files' : 'Open what differs'} <Keys of="queue.provenance" />
        </button>
      )}
      {row !== null && summary === null && (row.state === 'not-run' || row.state === 'failed') && (
        <button className="btn s" style={{ marginTop: 7 }} onClick={() => void runProvenance(client, [row])}>
          <Icon name="play" />
          {row.state === 'failed' ? 'Try again' : 'Check now'}
        </button>
      )}
    </section>
  )
}
