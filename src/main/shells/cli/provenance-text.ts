/** The words of `assay provenance` for people and for programs. Text of crates and repositories is made harmless first. */
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import type { FileResult, Outcome, ProvenanceRecord, ProvenanceSummary } from '../../../shared/provenance.ts'
import type { Checked, WantedVersion } from '../../engine/session/provenance-run.ts'
import { harmless } from './harmless.ts'

type Accepted = ProvenanceSummary['accepted']

const MAX_FILES = 12
const ANCHORS: Readonly<Record<ProvenanceRecord['anchor'], string>> = {
  'tag+branch': 'tag and branch',
  branch: 'branch',
  'tag-only': 'tag only',
  'same-tree-as-tag': 'same tree as the tag',
  'outside-branches': 'outside of every branch',
  'found-by-search': 'found by search',
  none: 'no commit',
  unknown: 'not determined',
}

/** One line, and for what is no plain match the sentence, the findings and the first files. Ends with a newline. */
export function humanRecord(
  wanted: WantedVersion,
  checked: Checked,
  record: ProvenanceRecord | null,
  accepted: Accepted,
): string {
  const name = `${wanted.crate} ${wanted.version}`.padEnd(32)
  if (!checked.ok) {
    const { title, cause } = describeFailure(checked.error)
    return `${oneLine(`${name} not checked                ${title}${cause === null ? '' : `: ${cause.split('\n')[0]}`}`)}\n`
  }
  const { outcome, anchor, fallback } = checked.value
  const word = fallback === null ? outcome : `${outcome}, then ${fallback.outcome}`
  const lines = [`${name} ${word.padEnd(26)} ${ANCHORS[anchor]}${accepted === null ? '' : ', accepted'}`]
  if (record !== null) {
    lines.push(`  ${record.sentence}`)
    for (const reason of record.reasons.filter(r => r.weight !== 'info')) lines.push(`  - ${reason.text}`)
    lines.push(...fileLines(record.fileResults))
    if (accepted !== null) lines.push(`  accepted by ${accepted.who}: ${accepted.reason.split('\n')[0]}`)
  }
  return lines.map(oneLine).join('\n') + '\n'
}

/** A name with a line break must not look like a row of its own. */
const oneLine = (line: string): string => harmless(line.replace(/[\n\t]/g, ' ')).trimEnd()

const SHOWN = new Set(['differs', 'only-in-crate', 'line-endings', 'broken-symlink', 'unchecked'])

function fileLines(files: readonly FileResult[]): string[] {
  const shown = files.filter(file => SHOWN.has(file.state))
  const lines = shown.slice(0, MAX_FILES).map(file => `    ${file.state.padEnd(15)} ${file.path}`)
  if (shown.length > MAX_FILES) lines.push(`    and ${shown.length - MAX_FILES} more`)
  return lines
}

/** How many of each outcome. Ends with a newline. */
export function humanTotals(checked: readonly Checked[]): string {
  const counts = new Map<Outcome | 'not checked', number>()
  for (const one of checked) {
    const key = one.ok ? one.value.outcome : 'not checked'
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} ${outcome}`)
  return `\n${checked.length} ${checked.length === 1 ? 'version' : 'versions'}: ${parts.join(', ') || 'nothing to check'}\n`
}

/** One line of JSON: the record with the files that are not equal to the repository's. */
export function jsonRecord(record: ProvenanceRecord, accepted: Accepted): string {
  const fileResults = record.fileResults.filter(file => file.state !== 'same')
  return JSON.stringify({ ...record, fileResults, accepted })
}

/** The same keys for a version that could not be checked: an outcome of null is no verdict. */
export function failedRecord({ crate, version }: WantedVersion, failure: Failure): string {
  const { title, cause, help } = describeFailure(failure)
  const none = { total: 0, same: 0, differing: 0, onlyInCrate: 0, onlyInRepository: 0, generated: 0 }
  return JSON.stringify({
    ...{ crate, version, outcome: null, content: 'unchecked', anchor: 'unknown' },
    reasons: [{ code: failure.code, text: title, weight: 'warning', about: [] }],
    ...{ repository: null, commit: null, path: null, fallback: null, files: none },
    failure: { code: failure.code, title, cause, help },
  })
}
