/** The same commands through our own reader, solver and writer. Nothing is written: the files are part of the answer. */
import { brand, deltaText, type CrateName, type DiffStat } from '../../src/shared/domain.ts'
import { failureText, type Failure } from '../../src/shared/failure.ts'
import { fail, ok, type Result } from '../../src/shared/result.ts'
import { aggregateAudits, type AggregateSource } from '../../src/main/engine/core/aggregate.ts'
import type { CargoMetadata } from '../../src/main/engine/core/cargo-metadata.ts'
import { certifyAudit, guessCriteria } from '../../src/main/engine/core/certify.ts'
import { checkCratePolicies } from '../../src/main/engine/core/check-policies.ts'
import { buildCriteriaMapper, type CriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { addMonths } from '../../src/main/engine/core/dates.ts'
import { buildDepGraph, type DepGraph } from '../../src/main/engine/core/dep-graph.ts'
import { explainAudit } from '../../src/main/engine/core/explain-audit.ts'
import { filterGraph, parseGraphFilter, type GraphFilter } from '../../src/main/engine/core/graph-filter.ts'
import { graphJson, graphMermaid, type GraphDepth } from '../../src/main/engine/core/graph-text.ts'
import { addExemption, recordViolation } from '../../src/main/engine/core/record-entry.ts'
import { expiringInput, renewCrate, renewExpiring } from '../../src/main/engine/core/renew.ts'
import { reportJson } from '../../src/main/engine/core/report-json.ts'
import { resolve } from '../../src/main/engine/core/resolve.ts'
import { SUPPORTED_STORE_VERSION, type VetStore } from '../../src/main/engine/core/store-model.ts'
import { candidateDeltas, chooseSuggestions, storeForSuggest } from '../../src/main/engine/core/suggest.ts'
import { updateStore, type UpdateMode } from '../../src/main/engine/core/update-store.ts'
import { parseVersionReq, renderVersionReq } from '../../src/main/engine/core/version-req.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { EMPTY_STORE, freshStore } from '../../src/main/engine/session/init-command.ts'
import { parseAuditsFile, parseStoreWith, readStoreTexts } from '../../src/main/engine/store/parse-store.ts'
import { validateStore } from '../../src/main/engine/store/validate-store.ts'
import { renderAggregate, renderStore } from '../../src/main/engine/store/write-store.ts'
import {
  CASE_TODAY,
  fileUrls,
  type Answer,
  type Command,
  type ReferenceCase,
  type Served,
  type StoreFiles,
} from './case.ts'

interface Loaded {
  readonly metadata: CargoMetadata
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly graph: DepGraph
}

const WHERE = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }

/** One answer per command of the case, in order. `served` is needed by `aggregate` alone. */
export function runOurs(
  subject: ReferenceCase,
  served: Served = { baseUrl: 'http://127.0.0.1:9/' },
): readonly Answer[] {
  return subject.commands.map(command => {
    const answer = runCommand(subject, command, served)
    if (answer.ok) return answer.value
    return { outcome: 'refused', output: '', files: null, detail: failureText(answer.error) }
  })
}

function runCommand(subject: ReferenceCase, command: Command, served: Served): Result<Answer, Failure> {
  const metadata = readMetadataJson(new TextEncoder().encode(JSON.stringify(subject.metadata)))
  if (!metadata.ok) return fail({ code: 'cargo-metadata-unreadable', reason: metadata.error })
  switch (command.kind) {
    case 'graph':
      return ok(said(graphJson(depGraph(metadata.value, command.filters))))
    case 'mermaid':
      return ok(said(graphMermaid(depGraph(metadata.value, command.filters), command.depth as GraphDepth)))
    case 'init':
      return init(metadata.value, command.filters)
    case 'fmt':
      return fmt(command.store)
    case 'aggregate':
      return aggregate(command.files, served)
    default:
      return runOnStore(subject, command, metadata.value)
  }
}

type StoreCommand = Exclude<Command, { kind: 'graph' | 'mermaid' | 'init' | 'fmt' | 'aggregate' }>

function runOnStore(subject: ReferenceCase, command: StoreCommand, metadata: CargoMetadata): Result<Answer, Failure> {
  const loaded = load(subject, metadata)
  if (!loaded.ok) return loaded
  switch (command.kind) {
    case 'check':
      return check(loaded.value, command.filters)
    case 'suggest':
      return suggest(loaded.value, subject)
    case 'explain': {
      const { criterion } = command
      const crate = brand<'CrateName'>(command.crate)
      const version = brand<'VetVersion'>(command.version)
      const text = explainAudit({ ...loaded.value, crate, version, criterion })
      return text.ok ? ok(said(text.value)) : text
    }
    case 'add-exemption':
      return addExemptionOf(loaded.value, subject, command)
    case 'record-violation':
      return recordViolationOf(loaded.value, subject, command)
    case 'renew':
      return ok(renew(loaded.value, subject, command))
    case 'certify':
      return certify(loaded.value, subject, command)
    case 'prune': {
      const search = command.noExemptions ? 'prefer-exemptions' : 'prefer-fresh-imports'
      return update(loaded.value, subject, {
        search,
        pruneExemptions: !command.noExemptions,
        pruneNonImportable: !command.noAudits,
        pruneImports: !command.noImports,
      })
    }
    case 'regenerate-exemptions':
      return update(loaded.value, subject, {
        search: 'regenerate-exemptions',
        pruneExemptions: true,
        pruneNonImportable: true,
        pruneImports: true,
      })
  }
}

const said = (output: string, outcome: Answer['outcome'] = 'ok'): Answer => ({
  outcome,
  output,
  files: null,
  detail: '',
})

function load(subject: ReferenceCase, metadata: CargoMetadata): Result<Loaded, Failure> {
  const parsed = readStoreTexts(subject.store, WHERE, () => null)
  if (!parsed.ok) return parsed
  const { store, forms } = parsed.value
  const today = brand<'IsoDate'>(CASE_TODAY)
  const problems = validateStore({ store, texts: subject.store, forms, where: WHERE, today, locked: true })
  if (problems.length > 0) return fail({ code: 'store-invalid', problems })
  const mapper = buildCriteriaMapper(store.audits)
  if (!mapper.ok) return mapper
  return ok({ metadata, store, mapper: mapper.value, graph: buildDepGraph(metadata, store.config.policy) })
}

function check(loaded: Loaded, filters: readonly string[]): Result<Answer, Failure> {
  const problems = checkCratePolicies(loaded.graph, loaded.store.config)
  if (problems.length > 0) return fail({ code: 'policy-invalid', problems })
  const report = resolve({ ...loaded, graph: filterGraph(loaded.graph, parseFilters(filters)) })
  if (!report.ok) return report
  return ok(said(reportJson(report.value, null), report.value.conclusion === 'success' ? 'ok' : 'fail'))
}

function parseFilters(texts: readonly string[]): GraphFilter[] {
  return texts.map(text => {
    const filter = parseGraphFilter(text)
    if (!filter.ok) throw new Error(filter.error)
    return filter.value
  })
}

function suggest(loaded: Loaded, subject: ReferenceCase): Result<Answer, Failure> {
  const store = storeForSuggest(loaded.store)
  const report = resolve({ ...loaded, store })
  if (!report.ok) return report
  const sizes = new Map(subject.diffs.map(d => [`${d.crate} ${d.delta}`, d]))
  const sizeOf = (crate: CrateName, delta: Parameters<typeof deltaText>[0]): DiffStat | null =>
    sizes.get(`${crate} ${deltaText(delta)}`) ?? null
  const input = { ...loaded, store, report: report.value }
  const plans = candidateDeltas({ ...input, knownVersions: () => null })
  return ok(said(reportJson(report.value, chooseSuggestions({ ...input, plans, sizeOf }))))
}

function certify(
  loaded: Loaded,
  subject: ReferenceCase,
  command: Extract<Command, { kind: 'certify' }>,
): Result<Answer, Failure> {
  const crate = brand<'CrateName'>(command.crate)
  const delta = {
    from: command.from === null ? null : brand<'VetVersion'>(command.from),
    to: brand<'VetVersion'>(command.to),
  }
  const report = resolve(loaded)
  if (!report.ok) return report
  const suggestReport = resolve({ ...loaded, store: storeForSuggest(loaded.store) })
  if (!suggestReport.ok) return suggestReport
  const guess = { ...loaded, report: report.value, suggestReport: suggestReport.value, crate, delta }
  const criteria = command.criteria.length > 0 ? command.criteria : guessCriteria(guess)
  const { who, notes, noCollapse, force } = command
  const certified = certifyAudit({ ...loaded, request: { crate, delta, criteria, who, notes, noCollapse }, force })
  return certified.ok ? ok(wrote(subject.store, certified.value.store)) : certified
}

function update(loaded: Loaded, subject: ReferenceCase, mode: UpdateMode): Result<Answer, Failure> {
  const updated = updateStore({ ...loaded, modeFor: () => mode })
  return updated.ok ? ok(wrote(subject.store, updated.value)) : updated
}

function wrote(before: StoreFiles, store: VetStore): Answer {
  const files = renderStore(store)
  const isSame = (['config', 'audits', 'imports'] as const).every(key => files[key] === before[key])
  return { outcome: 'ok', output: '', files: isSame ? null : files, detail: '' }
}

// ── commands beside the solver ───────────────────────────────────────────────────────────────

function init(metadata: CargoMetadata, filters: readonly string[]): Result<Answer, Failure> {
  const store = freshStore(metadata, EMPTY_STORE, parseFilters(filters))
  return store.ok ? ok({ outcome: 'ok', output: '', files: renderStore(store.value), detail: '' }) : store
}

function fmt(before: StoreFiles): Result<Answer, Failure> {
  const parsed = parseStoreWith(before, WHERE, version =>
    version.major > 0 || version.minor > SUPPORTED_STORE_VERSION.minor
      ? { code: 'store-newer', stored: `${version.major}.${version.minor}`, supported: 'older' }
      : null,
  )
  if (!parsed.ok) return parsed
  const today = brand<'IsoDate'>(CASE_TODAY)
  const problems = validateStore({ store: parsed.value, texts: before, where: WHERE, today, locked: false })
  if (problems.length > 0) return fail({ code: 'store-invalid', problems })
  return ok(wrote(before, parsed.value))
}

function renew(loaded: Loaded, subject: ReferenceCase, command: Extract<Command, { kind: 'renew' }>): Answer {
  const { store } = loaded
  const today = brand<'IsoDate'>(CASE_TODAY)
  const end = addMonths(today, 12)
  const { includeInactive } = command
  const renewal =
    command.crate === null
      ? renewExpiring(store, { ...expiringInput(today), includeInactive, liveReleases: null }, end)
      : renewCrate(store, brand<'CrateName'>(command.crate), end)
  return wrote(subject.store, renewal?.store ?? store)
}

function recordViolationOf(
  loaded: Loaded,
  subject: ReferenceCase,
  command: Extract<Command, { kind: 'record-violation' }>,
): Result<Answer, Failure> {
  const range = parseVersionReq(command.range)
  if (!range.ok) return fail({ code: 'usage', message: range.error })
  const crate = brand<'CrateName'>(command.crate)
  const recorded = recordViolation({ ...loaded, ...command, crate, range: renderVersionReq(range.value) })
  return recorded.ok ? ok(wrote(subject.store, recorded.value)) : recorded
}

function addExemptionOf(
  loaded: Loaded,
  subject: ReferenceCase,
  command: Extract<Command, { kind: 'add-exemption' }>,
): Result<Answer, Failure> {
  const crate = brand<'CrateName'>(command.crate)
  const version = brand<'VetVersion'>(command.version)
  const added = addExemption({ ...loaded, ...command, crate, version, suggest: !command.noSuggest })
  return added.ok ? ok(wrote(subject.store, added.value)) : added
}

function aggregate(files: readonly string[], served: Served): Result<Answer, Failure> {
  const sources: AggregateSource[] = []
  const urls = fileUrls(served, files)
  for (const [i, text] of files.entries()) {
    const url = urls[i] ?? ''
    const parsed = parseAuditsFile(text, url, 'peer')
    if (!parsed.ok) return parsed
    sources.push({ url, file: parsed.value.audits })
  }
  const merged = aggregateAudits(sources)
  return merged.ok ? ok(said(renderAggregate(merged.value))) : merged
}

const depGraph = (metadata: CargoMetadata, filters: readonly string[]): DepGraph =>
  filterGraph(buildDepGraph(metadata, new Map()), parseFilters(filters))
