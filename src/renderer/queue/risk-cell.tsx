/** Risk in a row of the queue: number and bars, what of it is for the unknown, and the worst advisory. */
import type { PackageKey } from '../../shared/domain.ts'
import type { AdvisoryHit } from '../../shared/risk.ts'
import { Icon } from '../parts/icon.tsx'
import { ProvenanceCell } from '../provenance/provenance-cell.tsx'
import { riskLevel, useRisk, useRiskOf } from './risk-state.ts'
import './risk.css'

/** Four bars, as many of them full as the level says. A number stands beside them. */
export function RiskBars({ score, most }: { readonly score: number; readonly most: number }) {
  const level = riskLevel(score, most)
  return (
    <svg className={`rk-bars r${level}`} viewBox="0 0 15 12" aria-hidden="true">
      {[1, 2, 3, 4].map(bar => (
        <rect
          key={bar}
          className={bar <= level ? 'on' : ''}
          x={(bar - 1) * 4}
          y={12 - bar * 3}
          width={3}
          height={bar * 3}
          rx={0.6}
        />
      ))}
    </svg>
  )
}

function riskTitle(score: number, most: number, unknown: number): string {
  return `Risk ${score} of ${most}${unknown === 0 ? '' : `, ${unknown} of it for what is not known`}`
}

export function RiskCell({ of, isCompact }: { readonly of: PackageKey; readonly isCompact: boolean }) {
  const row = useRiskOf(of)
  const most = useRisk(s => s.snapshot?.weights.most ?? 0)
  const hasFailed = useRisk(s => s.snapshot === null && s.failure !== null)
  if (row === null) return hasFailed ? <span className="t11 rk-unknown">unknown</span> : null
  return (
    <span className="rk" title={riskTitle(row.score, most, row.unknown)}>
      <span className={`rk-n r${riskLevel(row.score, most)}`}>
        <RiskBars score={row.score} most={most} />
        <span className="num n">{row.score}</span>
        <span className="sr"> of {most}</span>
      </span>
      {!isCompact && row.unknown > 0 && (
        <span className="t11 rk-unknown">
          <Icon name="unknown" />
          <span className="num">{row.unknown}</span>
          <span className="sr"> of it for what is not known</span>
        </span>
      )}
    </span>
  )
}

const ORDER: readonly AdvisoryHit['kind'][] = ['vulnerability', 'unsound', 'other', 'unmaintained', 'notice']

/** The one to show alone: of the new version before the old, by kind, then by score. */
export function worstAdvisory(hits: readonly AdvisoryHit[]): AdvisoryHit | null {
  const rank = (hit: AdvisoryHit) => (hit.hitsNew ? 0 : 10) + ORDER.indexOf(hit.kind)
  return hits.toSorted((a, b) => rank(a) - rank(b) || (b.cvss?.score ?? 0) - (a.cvss?.score ?? 0))[0] ?? null
}

/** The verdict, and above it an advisory that hits the version. One that this change leaves behind is in the inspector. */
export function SignalsCell({ of, isCompact }: { readonly of: PackageKey; readonly isCompact: boolean }) {
  const row = useRiskOf(of)
  const hits = row?.advisories.filter(hit => hit.hitsNew) ?? []
  const worst = worstAdvisory(hits)
  if (worst === null) return <ProvenanceCell of={of} isCompact={isCompact} />
  const isHole = worst.kind === 'vulnerability'
  return (
    <>
      <span className={`v ${isHole ? 'differ' : 'almost'}`} title={`${worst.kind}: ${worst.title}`}>
        <Icon name="warn" />
        <span className="ell">{worst.id}</span>
        {hits.length > 1 && <span className="t11">+{hits.length - 1}</span>}
      </span>
      {!isCompact && <ProvenanceCell of={of} isCompact />}
    </>
  )
}
