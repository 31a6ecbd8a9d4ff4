/** The packages that one source of the coverage counts. */
import { coverageName } from '../../shared/overview-bars.ts'
import { count } from '../parts/words.ts'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { sourceId } from './coverage-card.tsx'
import { useOverview } from './state.ts'

export function PackagesDialog() {
  const source = useOverview(s => s.state?.coverage.sources.find(one => sourceId(one) === s.listed) ?? null)
  if (source === null) return null
  return (
    <Overlay label={coverageName(source)} className="palette">
      <div className="oh">
        <b>{coverageName(source)}</b>
        <span className="t11 dim ell">
          {count(source.packages.length, 'package')} rest on it at their weakest step
          {source.used > source.packages.length && `, ${count(source.used, 'package')} in some step`}
        </span>
        <EscButton />
      </div>
      <ul className="scroll ov-list mono t12" tabIndex={0} data-autofocus aria-label="Packages">
        {source.packages.map(key => (
          <li key={key}>{key.replace('@', ' ')}</li>
        ))}
      </ul>
    </Overlay>
  )
}
