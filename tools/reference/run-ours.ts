/** The same commands through our own reader, solver and writer. Nothing is written: the files are part of the answer. */
import { brand, deltaText, type CrateName, type DiffStat, type VetVersion } from '../../src/shared/domain.ts'
import { failureText, type Failure } from '../../src/shared/failure.ts'
import { fail, ok, type Result } from '../../src/shared/result.ts'
import { certifiedVersions } from '../../src/main/engine/core/audit-path.ts'
import { auditSources, nothingIsFresh, type EdgeOrigin } from '../../src/main/engine/core/audit-graph.ts'
import type { CargoMetadata } from '../../src/main/engine/core/cargo-metadata.ts'
import { certifyAudit, guessCriteria } from '../../src/main/engine/core/certify.ts'
import { checkCratePolicies } from '../../src/main/engine/core/check-policies.ts'
import { buildCriteriaMapper, type CriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { buildDepGraph, type DepGraph } from '../../src/main/engine/core/dep-graph.ts'
import { filterGraph, parseGraphFilter, type GraphFilter } from '../../src/main/engine/core/graph-filter.ts'
import { reportJson } from '../../src/main/engine/core/report-json.ts'
import { crateFacts, resolve } from '../../src/main/engine/core/resolve.ts'
import { searchPath } from '../../src/main/engine/core/search.ts'
import { formatShortList } from '../../src/main/engine/core/short-list.ts'
import type { VetStore } from '../../src/main/engine/core/store-model.ts'
import { candidateDeltas, chooseSuggestions, storeForSuggest } from '../../src/main/engine/core/suggest.ts'
import { updateStore, type UpdateMode } from '../../src/main/engine/core/update-store.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { validateStore } from '../../src/main/engine/store/validate-store.ts'
import { renderStore } from '../../src/main/engine/store/write-store.ts'
import { CASE_TODAY, type Answer, type Command, type ReferenceCase } from './case.ts'

interface Loaded {
  readonly metadata: CargoMetadata
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly graph: DepGraph
}

/** One answer per command of the case, in order. */
export function runOurs(subject: ReferenceCase): readonly Answer[] {
  return subject.commands.map(command => {
    const answer = runCommand(subject, command)
    if (answer.ok) return answer.value
    return { outcome: 'refused', output: '', files: null, detail: failureText(answer.error) }
  })
}

function runCommand(subject: ReferenceCase, command: Command): Result<Answer, Failure> {
  const metadata = readMetadataJson(new TextEncoder().encode(JSON.stringify(subject.metadata)))
  if (!metadata.ok) return fail({ code: 'cargo-metadata-unreadable', reason: metadata.error })
  if (command.kind === 'graph') return ok(said(graphJson(metadata.value, command.filters)))
  const loaded = load(subject, metadata.value)
  if (!loaded.ok) return loaded
  switch (command.kind) {
    case 'check':
      return check(loaded.value, command.filters)
    case 'suggest':
      return suggest(loaded.value, subject)
    case 'explain':
      return explain(loaded.value, command)
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
  const where = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
  const parsed = parseStore(subject.store, where)
  if (!parsed.ok) return parsed
  const store = parsed.value
  const today = brand<'IsoDate'>(CASE_TODAY)
  const problems = validateStore({ store, texts: subject.store, where, today, locked: true })
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
  return certified.ok ? ok(wrote(subject, certified.value.store)) : certified
}

function update(loaded: Loaded, subject: ReferenceCase, mode: UpdateMode): Result<Answer, Failure> {
  const updated = updateStore({ ...loaded, modeFor: () => mode })
  return updated.ok ? ok(wrote(subject, updated.value)) : updated
}

function wrote(subject: ReferenceCase, store: VetStore): Answer {
  const files = renderStore(store)
  const isSame = (['config', 'audits', 'imports'] as const).every(key => files[key] === subject.store[key])
  return { outcome: 'ok', output: '', files: isSame ? null : files, detail: '' }
}

// ── explain-audit and dump-graph, which the product has no command for yet ──────────────────

function explain(
  { store, mapper }: Loaded,
  { crate: name, version: text, criterion }: Extract<Command, { kind: 'explain' }>,
): Result<Answer, Failure> {
  const crate = brand<'CrateName'>(name)
  const version = brand<'VetVersion'>(text)
  const sources = auditSources(store)
  const facts = crateFacts({ crate, store, sources, mapper, targets: [version], isFresh: nothingIsFresh })
  if (!facts.ok) return facts
  const { audits } = facts.value
  if (audits === null) return fail({ code: 'usage', message: 'This package has violation conflicts' })
  const index = mapper.indexOf.get(criterion)
  if (index === undefined) return fail({ code: 'criteria-unknown', name: criterion, usedBy: 'explain', known: [] })
  const search = searchPath(audits, index, version, 'prefer-exemptions')
  const lines = search.found
    ? [
        `The package ${crate} ${version} certifies for ${criterion}`,
        ...search.path.toReversed().map((step, i) => `${i + 1}) ${edgeText(store, crate, step.origin)}`),
      ]
    : [
        `The package ${crate} ${version} does not certify for ${criterion}`,
        ...wouldCertify(certifiedVersions(audits, index)),
      ]
  return ok(said(lines.map(line => `${line}\n`).join('')))
}

function wouldCertify(versions: readonly VetVersion[]): string[] {
  return versions.length === 0 ? [] : ['The following versions would certify:', ...versions.map(v => ` - ${v}`)]
}

function edgeText(store: VetStore, crate: CrateName, origin: EdgeOrigin): string {
  const imports = [...store.imports.audits]
  const fileOf = (index: number | null) =>
    index === null ? (['local', store.audits] as const) : present(imports[index])
  const releaseText = (index: number): string => {
    const { version, source } = present(store.imports.publisher.get(crate)?.[index])
    return `${version} (published by: ${source.kind === 'user' ? source.login : source.signature})`
  }
  switch (origin.kind) {
    case 'local-audit':
    case 'imported-audit': {
      const [name, file] = fileOf(origin.kind === 'local-audit' ? null : origin.importIndex)
      const { kind, who } = present(file.audits.get(crate)?.[origin.auditIndex])
      if (kind.kind === 'full') return `[${name}] full audit for ${kind.version} by ${whoText(who)}`
      if (kind.kind === 'delta') return `[${name}] delta audit for ${kind.from}->${kind.to} by ${whoText(who)}`
      return 'a violation'
    }
    case 'wildcard': {
      const [name, file] = fileOf(origin.importIndex)
      const { who } = present(file.wildcardAudits.get(crate)?.[origin.auditIndex])
      return `[${name}] wildcard audit for ${releaseText(origin.publisherIndex)} by ${whoText(who)}`
    }
    case 'trusted':
      return `[local] trusted entry for ${releaseText(origin.publisherIndex)}`
    case 'exemption':
      return `[local] exemption for ${present(store.config.exemptions.get(crate)?.[origin.exemptionIndex]).version}`
    case 'unpublished': {
      const { version, auditedAs } = present(store.imports.unpublished.get(crate)?.[origin.unpublishedIndex])
      return `[local] auditing unpublished version ${version} as ${auditedAs}`
    }
    case 'new-exemption':
      return `new exemption ${origin.version}`
  }
}

const whoText = (who: readonly string[]): string => (who.length === 0 ? '<unspecified>' : formatShortList(who))

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an edge points at nothing')
  return value
}

/** cargo-vet's `dump-graph --output-format json`, which applies no policies. */
function graphJson(metadata: CargoMetadata, filters: readonly string[]): string {
  const graph = filterGraph(buildDepGraph(metadata, new Map()), parseFilters(filters))
  const nodes = graph.nodes.map(n => ({
    name: n.name,
    version: n.version,
    normal_deps: n.normalDeps,
    build_deps: n.buildDeps,
    dev_deps: n.devDeps,
    normal_and_build_deps: n.normalAndBuildDeps,
    all_deps: n.allDeps,
    reverse_deps: n.reverseDeps,
    is_workspace_member: n.isWorkspaceMember,
    is_third_party: n.isThirdParty,
    is_root: n.isRoot,
    is_dev_only: n.isDevOnly,
  }))
  return JSON.stringify(nodes, null, 2)
}
