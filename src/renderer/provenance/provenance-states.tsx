/** The provenance page without rows: loading, failed, nothing to show, no match. */
import { useEffect, useState } from 'react'
import { failureText, type Failure } from '../../shared/failure.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { count } from '../parts/words.ts'
import { copyText } from '../state/actions.ts'
import { useProvenance, type Scope } from './state.ts'

/** Nothing is said about loading before this. */
const QUIET_MS = 100

export function LoadingProvenance() {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return <main className="panel loading" />
  return (
    <main className="panel loading" aria-busy="true">
      <h1 className="sr">Provenance</h1>
      <div className="ld t12" role="status">
        Reading what was checked…
      </div>
      {Array.from({ length: 9 }, (_, i) => (
        <div className="skr" key={i} aria-hidden="true">
          <i style={{ width: 70 + ((i * 37) % 60) }} />
          <i style={{ width: 100 + ((i * 53) % 90) }} />
        </div>
      ))}
    </main>
  )
}

export function FailedProvenance(props: { readonly failure: Failure; readonly onRetry: () => void }) {
  const { failure } = props
  return (
    <main className="panel failed" data-region="list">
      <div className="failed-in">
        <h1 className="t18">What was checked could not be read</h1>
        <FailureNotice failure={failure}>
          <button className="btn p s" onClick={props.onRetry}>
            Try again
          </button>
          <button className="btn s q" onClick={() => void copyText(failureText(failure), 'the details')}>
            Copy details
          </button>
        </FailureNotice>
        <p className="t12 sub">No verdict is lost by this, and the queue works without them.</p>
      </div>
    </main>
  )
}

export function EmptyScope({ scope }: { readonly scope: Scope }) {
  return scope === 'workspace' ? (
    <div className="center">
      <b>No package to check</b>
      <p>Cargo.lock names no package of a registry. Path and git packages have no archive that could be compared.</p>
    </div>
  ) : (
    <div className="center">
      <b>Nothing was checked yet</b>
      <p>Every version that is checked on this machine stands here, whatever workspace it was checked for.</p>
      <button className="btn" onClick={() => useProvenance.setState({ scope: 'workspace' })}>
        Show this workspace
      </button>
    </div>
  )
}

export function NoMatch({ total, scope }: { readonly total: number; readonly scope: Scope }) {
  return (
    <div className="center">
      <b>No version matches</b>
      <p>{count(total, scope === 'workspace' ? 'package' : 'version')}, none of them with this filter.</p>
      <button className="btn" onClick={() => useProvenance.setState({ filterText: '' })}>
        Clear filter
      </button>
    </div>
  )
}
