/** Coverage by source: one bar each, striped where nobody read. A bar opens what it counts. */
import { useMemo } from 'react'
import type { CoverageSource, OverviewState } from '../../shared/overview.ts'
import {
  coverageChart,
  coverageName,
  coverageTone,
  isTrustWithoutReading,
  percentText,
} from '../../shared/overview-bars.ts'
import { count, number } from '../parts/words.ts'
import { setOverlay } from '../state/app-store.ts'
import { ChartCard } from './chart-card.tsx'
import { TONES } from './chart-svg.tsx'
import { goQueue } from './go-queue.ts'
import { useOverview } from './state.ts'

export const sourceId = ({ kind, importName }: Pick<CoverageSource, 'kind' | 'importName'>): string =>
  `${kind} ${importName ?? ''}`

function open(source: CoverageSource): void {
  if (source.kind === 'failing') return goQueue('failing')
  if (source.kind === 'violation') return goQueue('violations')
  if (source.kind === 'exemption' || source.kind === 'partial') return goQueue('exempted')
  useOverview.setState({ listed: sourceId(source) })
  setOverlay('overview-packages')
}

export function CoverageCard({ state }: { readonly state: OverviewState }) {
  const { coverage } = state
  const chart = useMemo(() => coverageChart(coverage, 560), [coverage])
  const shown = coverage.sources.filter(source => source.packages.length > 0)
  const most = Math.max(1, ...shown.map(source => source.packages.length))
  return (
    <ChartCard
      className="ov-cov"
      title="Coverage by source"
      sub={`${count(coverage.total, 'package')}, each at its weakest step`}
      chart={chart}
      note={
        <p className="t11 dim ov-note">
          Striped: trusted by publisher, nobody read it. {number(coverage.total)} is what cargo vet checks.
        </p>
      }
    >
      <ul className="ov-bars">
        {shown.map(source => {
          const n = source.packages.length
          const hatch = isTrustWithoutReading(source.kind)
          return (
            <li key={sourceId(source)}>
              <button
                className="ov-bar"
                title={source.used > n ? `${number(source.used)} packages have a step of it` : undefined}
                onClick={() => open(source)}
              >
                <span className="ell">{coverageName(source)}</span>
                <span className="track" aria-hidden="true">
                  <i
                    className={hatch ? 'hatched' : undefined}
                    style={{
                      width: `${(n / most) * 100}%`,
                      ...(hatch ? {} : { background: `var(${TONES[coverageTone(source.kind)]})` }),
                    }}
                  />
                </span>
                <b className="num">{number(n)}</b>
                <span className="dim num t11">{percentText(n, coverage.total)}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </ChartCard>
  )
}
