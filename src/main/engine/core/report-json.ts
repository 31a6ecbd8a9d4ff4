/**
 * cargo-vet's JSON report, letter by letter: key order, two-space indent, no newline at the end. What cargo-vet hides
 * (failures beside violations) is hidden here too. Source: cargo-vet 0.10.3 src/format.rs JsonReport, print_json.
 */
import type { PackageRef, ResolveReport } from './resolve.ts'
import { compareText } from './byte-order.ts'
import { formatShortList } from './short-list.ts'
import type { AuditEntry, Exemption } from './store-model.ts'
import type { Suggest, SuggestItem } from './suggest.ts'
import type { ViolationConflict } from './violations.ts'

/** A JSON value whose objects are lists of entries, because JavaScript reorders number-like keys of its objects. */
type Json = string | number | boolean | null | readonly Json[] | JsonObject
interface JsonObject {
  readonly entries: readonly (readonly [string, Json])[]
}
const object = (...entries: readonly (readonly [string, Json])[]): JsonObject => ({ entries })

/** The report of `check` (`suggest` null when none was made) or of `suggest`. */
export function reportJson(report: ResolveReport, suggest: Suggest | null): string {
  return render(conclusionJson(report, suggest), '')
}

function conclusionJson(report: ResolveReport, suggest: Suggest | null): Json {
  const conclusion = ['conclusion', report.conclusion] as const
  switch (report.conclusion) {
    case 'success':
      return object(
        conclusion,
        ['vetted_fully', report.fully.map(packageJson)],
        ['vetted_partially', report.partially.map(packageJson)],
        ['vetted_with_exemptions', report.exempted.map(packageJson)],
      )
    case 'fail (violation)': {
      // A later package with the same key replaces an earlier one, as in cargo-vet's map; their conflicts are equal.
      const byKey = new Map(report.violations.map(v => [`${v.name}:${v.version}`, v.conflicts.map(conflictJson)]))
      return object(conclusion, ['violations', { entries: [...byKey].sort(([a], [b]) => compareText(a, b)) }])
    }
    case 'fail (vetting)':
      return object(
        conclusion,
        ['failures', report.failures.map(f => object(...packageEntries(f), ['missing_criteria', f.missingCriteria]))],
        ['suggest', suggest === null ? null : suggestJson(suggest)],
      )
  }
}

const packageEntries = ({ name, version }: PackageRef): readonly (readonly [string, Json])[] => [
  ['name', name],
  ['version', version],
]
const packageJson = (ref: PackageRef): Json => object(...packageEntries(ref))

function suggestJson(suggest: Suggest): Json {
  return object(
    ['suggestions', suggest.suggestions.map(itemJson)],
    ['suggest_by_criteria', { entries: suggest.byCriteria.map(({ label, items }) => [label, items.map(itemJson)]) }],
    ['total_lines', suggest.totalLines],
  )
}

function itemJson(item: SuggestItem): Json {
  const { insertions, deletions, filesChanged } = item.stat
  return object(
    ['name', item.name],
    ['notable_parents', formatShortList(item.notableParents)],
    ['suggested_criteria', item.criteria],
    [
      'suggested_diff',
      object(
        ['from', item.delta.from],
        ['to', item.delta.to],
        ['diffstat', object(['insertions', insertions], ['deletions', deletions], ['files_changed', filesChanged])],
      ),
    ],
  )
}

function conflictJson(conflict: ViolationConflict): Json {
  const violation = [
    ['violation_source', conflict.violationSource],
    ['violation', auditJson(conflict.violation)],
  ] as const
  if (conflict.kind === 'exemption') {
    return object(['UnauditedConflict', object(...violation, ['exemptions', exemptionJson(conflict.exemption)])])
  }
  const audit = [
    ['audit_source', conflict.auditSource],
    ['audit', auditJson(conflict.audit)],
  ] as const
  return object(['AuditConflict', object(...violation, ...audit)])
}

function auditJson({ who, criteria, kind, importable, notes, aggregatedFrom }: AuditEntry): Json {
  const entries: (readonly [string, Json])[] = []
  if (who.length > 0) entries.push(['who', stringOrList(who)])
  entries.push(
    ['criteria', stringOrList(criteria)],
    ['version', kind.kind === 'full' ? kind.version : null],
    ['delta', kind.kind === 'delta' ? `${kind.from} -> ${kind.to}` : null],
    ['violation', kind.kind === 'violation' ? kind.range : null],
    ['importable', importable ? null : false],
    ['notes', notes],
  )
  if (aggregatedFrom.length > 0) entries.push(['aggregated-from', stringOrList(aggregatedFrom)])
  return { entries }
}

function exemptionJson({ version, criteria, suggest, notes }: Exemption): Json {
  const entries: (readonly [string, Json])[] = [
    ['version', version],
    ['criteria', stringOrList(criteria)],
  ]
  if (!suggest) entries.push(['suggest', false])
  return { entries: [...entries, ['notes', notes]] }
}

function stringOrList(list: readonly string[]): Json {
  return list.length === 1 && list[0] !== undefined ? list[0] : list
}

function render(value: Json, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}  `
  const isList = Array.isArray(value)
  const lines = isList
    ? (value as readonly Json[]).map(item => `${inner}${render(item, inner)}`)
    : (value as JsonObject).entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${render(item, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`
}
