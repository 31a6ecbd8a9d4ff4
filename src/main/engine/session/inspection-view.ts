/** What the inspector shows for one package: the solver's account with sizes beside it. Pure. */
import type { Delta, PackageKey, VetVersion } from '../../../shared/domain.ts'
import { packageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Inspection, Measured, PathEdge } from '../../../shared/wire.ts'
import { inspectPackage, type VouchedEdge } from '../core/audit-path.ts'
import { publisherText, type Release } from '../core/publishers.ts'
import { trustedPublishers, trustHints, type TrustHint } from '../core/suggest-hints.ts'
import { chooseCandidate } from '../core/suggest.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import { sizeView, type Reading, type SizeOf } from './queue-view.ts'

/** @failure package-unknown */
export function inspectionView(input: {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly reading: Reading
  readonly sizeOf: SizeOf
  readonly key: PackageKey
  /** Releases of the package's crate as the registry last stated them; null when it was never asked. */
  readonly releases?: readonly Release[] | null
}): Result<Inspection, Failure> {
  const { workspace, solved, reading, sizeOf, key } = input
  const { graph, mapper } = workspace
  const idx = graph.nodes.findIndex(n => packageKey(n.name, n.version) === key)
  const plan = reading.plans.get(key)
  const chosen = plan === undefined ? null : chooseCandidate(plan, sizeOf)
  const candidates = plan?.candidates ?? []
  const gap = chosen?.delta ?? candidates[0] ?? null
  const isFailing = solved.report.failures.some(f => f.idx === idx)
  const isExempted = !isFailing && solved.suggestReport.failures.some(f => f.idx === idx)
  const [store, report] = isExempted ? [solved.suggestStore, solved.suggestReport] : [solved.store, solved.report]
  const found = inspectPackage({ graph, store, mapper, report, idx, gap })
  if (found === null) return fail({ code: 'package-unknown', name: key, version: null })
  // The exemption that holds an exempted package up is only in the verdict with exemptions.
  const held = isExempted
    ? inspectPackage({ graph, store: solved.store, mapper, report: solved.report, idx, gap: null })
    : found
  const release = { name: found.crate, delta: { from: null, to: found.version } }
  const hints = trustHints(release, input.releases ?? null, solved.store, trustedPublishers(solved.store))
  return ok({
    key,
    crate: found.crate,
    version: found.version,
    path: {
      before: found.path.before.map(edgeView),
      missing:
        found.path.missing === null
          ? null
          : { delta: found.path.missing.delta, criteria: [...found.path.missing.criteria] },
      after: found.path.after.map(edgeView),
    },
    exemptions: (held ?? found).exemptions.map(edgeView),
    alternatives: [
      ...candidates.map(delta => ({
        delta,
        size: sizeView(reading, sizeOf, found.crate, delta) satisfies Measured,
        isCargoVetPick: chosen !== null && chosen.delta.from === delta.from && chosen.delta.to === delta.to,
      })),
      ...fullAuditBeside(candidates, found.version).map(delta => {
        const stat = sizeOf(found.crate, delta)
        const size: Measured = stat === null ? { state: 'not-run' } : { state: 'measured', stat }
        return { delta, size, isCargoVetPick: false }
      }),
    ],
    audits: found.audits.map(a => ({ edge: edgeView(a.edge), isViolation: a.isViolation, range: a.range })),
    publishers: found.publishers.map(row => ({ ...row, who: [...row.who], criteria: [...row.criteria] })),
    neededBy: [...found.neededBy],
    publisher: found.publisher ?? hints.publisher,
    trust: trustView(hints.trust),
  })
}

function trustView(trust: TrustHint | null): Inspection['trust'] {
  if (trust === null) return null
  const { trustedBy, publisher, isExactVersion, isSolePublisher } = trust
  return { trustedBy: [...trustedBy], publisher: publisherText(publisher), isExactVersion, isSolePublisher }
}

/** The full audit of the version in use, where there is a gap and cargo-vet does not list it: measured only when asked for. */
function fullAuditBeside(candidates: readonly Delta[], version: VetVersion): readonly Delta[] {
  if (candidates.length === 0 || candidates.some(d => d.from === null && d.to === version)) return []
  return [{ from: null, to: version }]
}

function edgeView(edge: VouchedEdge): PathEdge {
  return { ...edge, who: [...edge.who], criteria: [...edge.criteria] }
}
