/**
 * The reports of `check` and `suggest` for people, in cargo-vet's words and columns, without colours. Publishers that
 * nobody looked up read UNKNOWN, as with cargo-vet.
 * Source: cargo-vet 0.10.3 src/resolver.rs print_human. Text is for reading; programs take the JSON.
 */
import { linesOf, type DiffStat } from '../../../shared/domain.ts'
import type { ResolveReport } from './resolve.ts'
import { publisherName, publisherText } from './publishers.ts'
import { formatShortList } from './short-list.ts'
import type { AuditEntry, Exemption } from './store-model.ts'
import type { Suggest, SuggestGroup, SuggestItem } from './suggest.ts'
import type { HintsFor, SuggestHints, TrustHint } from './suggest-hints.ts'
import type { ViolationConflict } from './violations.ts'

/** Commands wider than this push the other columns to a line of their own. */
const MAX_COMMAND_WIDTH = 52

/** What `check` prints; ends with a newline. `suggest` is added when given and something fails. */
export function reportHuman(report: ResolveReport, suggest: Suggest | null, hintsFor: HintsFor = noHints): string {
  return lines(reportLines(report, suggest, hintsFor))
}

/**
 * What `suggest` prints; ends with a newline.
 * DECISION: with violations cargo-vet says here that all is audited; we show the violations.
 */
export function suggestHuman(report: ResolveReport, suggest: Suggest | null, hintsFor: HintsFor = noHints): string {
  if (report.conclusion === 'fail (violation)') return lines(violationLines(report))
  if (suggest === null) return lines(["Nothing to suggest, you're fully audited!"])
  return lines(suggestLines(suggest, hintsFor))
}

const noHints: HintsFor = () => null

const lines = (list: readonly string[]): string => list.map(line => `${line}\n`).join('')

function reportLines(report: ResolveReport, suggest: Suggest | null, hintsFor: HintsFor): string[] {
  switch (report.conclusion) {
    case 'success':
      return [successLine(report)]
    case 'fail (violation)':
      return violationLines(report)
    case 'fail (vetting)':
      return [
        'Vetting Failed!',
        '',
        `${report.failures.length} unvetted dependencies:`,
        ...report.failures.map(f => `  ${f.name}:${f.version} missing ${quotedList(f.missingCriteria)}`),
        ...(suggest === null ? [] : ['', ...suggestLines(suggest, hintsFor)]),
      ]
  }
}

function successLine({ fully, partially, exempted }: ResolveReport): string {
  const counts = [
    fully.length === 0 ? null : `${fully.length} fully audited`,
    partially.length === 0 ? null : `${partially.length} partially audited`,
    exempted.length === 0 ? null : `${exempted.length} exempted`,
  ].filter(text => text !== null)
  return `Vetting Succeeded (${counts.length === 0 ? 'because you have no third-party dependencies' : counts.join(', ')})`
}

const quotedList = (names: readonly string[]): string => `[${names.map(name => JSON.stringify(name)).join(', ')}]`

// ── suggestions ──────────────────────────────────────────────────────────────────────────────

function suggestLines(suggest: Suggest, hintsFor: HintsFor): string[] {
  return [
    ...suggest.byCriteria.flatMap(group => [
      `recommended audits for ${group.label}:`,
      ...tableLines(group, hintsFor),
      '',
    ]),
    `estimated audit backlog: ${suggest.totalLines} lines`,
    '',
    'Use |cargo vet certify| to record the audits.',
  ]
}

function tableLines({ items }: SuggestGroup, hintsFor: HintsFor): string[] {
  const head = ['Command', 'Publisher', 'Used By', 'Audit Size'] as const
  const rows = items.map(item => ({
    command: commandFor(item),
    publisher: hintsFor(item)?.publisher ?? 'UNKNOWN',
    notes: hintLines(item, hintsFor(item)),
    usedBy: formatShortList(item.notableParents),
    size: item.delta.from === null ? `${linesOf(item.stat)} lines` : statText(item.stat),
  }))
  const widest = (title: string, texts: readonly string[]): number => Math.max(width(title), ...texts.map(width))
  const commandWidth = widest(
    head[0],
    rows.map(r => r.command).map(c => c.slice(0, MAX_COMMAND_WIDTH)),
  )
  const publisherWidth = widest(
    head[1],
    rows.map(r => r.publisher),
  )
  const usedByWidth = widest(
    head[2],
    rows.map(r => r.usedBy),
  )
  const row = (command: string, publisher: string, usedBy: string, size: string): string =>
    `    ${command.padEnd(commandWidth)}  ${pad(publisher, publisherWidth)}  ${pad(usedBy, usedByWidth)}  ${size}`
  const wrap = (command: string): string =>
    width(command) > MAX_COMMAND_WIDTH ? `${command}\n${' '.repeat(MAX_COMMAND_WIDTH + 4)}` : command
  const rowLines = rows.flatMap(r => [row(wrap(r.command), r.publisher, r.usedBy, r.size), ...r.notes])
  return [row(...head), ...rowLines]
}

/** Below a suggestion: peers who read it already, and whom one might trust instead. */
function hintLines({ name }: SuggestItem, hints: SuggestHints | null): string[] {
  if (hints === null) return []
  const peers = hints.peers.map(({ peer, lines: left }) => {
    const gain = left === 0 ? 'would eliminate this' : `would reduce this to a ${left}-line diff`
    return `      NOTE: cargo vet import ${peer} ${gain}`
  })
  return hints.trust === null ? peers : [...peers, trustLine(name, hints.trust)]
}

function trustLine(crate: string, { trustedBy, publisher, isExactVersion, isSolePublisher }: TrustHint): string {
  const verb = trustedBy.length === 1 ? 'trusts' : 'trust'
  const caveat = isExactVersion ? '' : ', who published another version of this crate'
  const who = publisherName(publisher)
  const commands = isSolePublisher
    ? `cargo vet trust ${crate} or cargo vet trust --all ${who}`
    : `cargo vet trust ${crate} ${who}`
  const subject = `${formatShortList(trustedBy)} ${verb} ${publisherText(publisher)}${caveat}`
  return `      NOTE: ${subject} - consider ${commands}`
}

/** The command that opens what is to be read. */
function commandFor({ name, delta }: SuggestItem): string {
  return delta.from === null
    ? `cargo vet inspect ${name} ${delta.to}`
    : `cargo vet diff ${name} ${delta.from} ${delta.to}`
}

/** `3 files changed, 10 insertions(+), 2 deletions(-)`; zero counts of lines are left out. */
export function statText({ insertions, deletions, filesChanged }: DiffStat): string {
  const parts = [`${filesChanged} files changed`]
  if (insertions > 0) parts.push(`${insertions} insertions(+)`)
  if (deletions > 0) parts.push(`${deletions} deletions(-)`)
  return parts.join(', ')
}

const width = (text: string): number => [...text].length
const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)))

// ── violations ───────────────────────────────────────────────────────────────────────────────

function violationLines(report: ResolveReport): string[] {
  return [
    'Violations Found!',
    ...report.violations.flatMap(v => [
      `  ${v.name}:${v.version}`,
      ...v.conflicts.flatMap(c => [...conflictLines(c), '']),
    ]),
  ]
}

function conflictLines(conflict: ViolationConflict): string[] {
  const subject =
    conflict.kind === 'exemption'
      ? exemptionLines(conflict.exemption)
      : auditLines(conflict.auditSource, conflict.audit)
  const against = auditLines(conflict.violationSource, conflict.violation)
  return [
    `    the ${subject[0] ?? ''}`,
    ...subject.slice(1),
    `    conflicts with ${against[0] ?? ''}`,
    ...against.slice(1),
  ]
}

function exemptionLines({ version, criteria, notes }: Exemption): string[] {
  return [`exemption ${version}`, `      criteria: ${quotedList(criteria)}`, ...noteLines(notes)]
}

function auditLines(source: string | null, { kind, criteria, who, notes }: AuditEntry): string[] {
  const whose = source === null ? 'own' : `foreign (${source})`
  const what =
    kind.kind === 'violation'
      ? `violation against ${kind.range}`
      : `audit ${kind.kind === 'full' ? kind.version : `${kind.from} -> ${kind.to}`}`
  return [
    `${whose} ${what}`,
    `      criteria: ${quotedList(criteria)}`,
    ...(who.length === 0 ? [] : [`      who: ${who.join(', ')}`]),
    ...noteLines(notes),
  ]
}

const noteLines = (notes: string | null): string[] => (notes === null ? [] : [`      notes: ${notes}`])
