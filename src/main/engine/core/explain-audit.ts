/**
 * Why a version certifies for a criterion, in cargo-vet's words: the audits from Root to the version, numbered, or the
 * versions that would certify instead. The line of each step names where its entry comes from and whether it is stored.
 * Source: cargo-vet 0.10.3 src/main.rs do_cmd_explain_audit, explain_write_edge.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { auditSources, nothingIsFresh, type EdgeOrigin, type IsFresh } from './audit-graph.ts'
import { certifiedVersions } from './audit-path.ts'
import { unknownCriteria, type CriteriaMapper } from './criteria.ts'
import { crateFacts } from './resolve.ts'
import { searchPath } from './search.ts'
import { formatShortList } from './short-list.ts'
import type { PublisherEntry, VetStore } from './store-model.ts'

export interface ExplainInput {
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly crate: CrateName
  readonly version: VetVersion
  readonly criterion: string
  readonly isFresh?: IsFresh
}

/** All lines, each with its newline. @failure criteria-unknown, refused (the crate has violation conflicts) */
export function explainAudit(input: ExplainInput): Result<string, Failure> {
  const { store, mapper, crate, version, criterion, isFresh = nothingIsFresh } = input
  const index = mapper.indexOf.get(criterion)
  if (index === undefined) return fail(unknownCriteria(mapper.names, criterion, 'criteria to explain'))
  const facts = crateFacts({ crate, store, sources: auditSources(store), mapper, targets: [version], isFresh })
  if (!facts.ok) return facts
  const { audits } = facts.value
  if (audits === null) {
    return fail({
      code: 'refused',
      message: 'This package has violation conflicts',
      help: 'Run `assay check` to see which entries of the crate contradict a violation.',
    })
  }
  const search = searchPath(audits, index, version, 'prefer-exemptions')
  const lines = search.found
    ? [
        `The package ${crate} ${version} certifies for ${criterion}`,
        ...search.path.toReversed().map((step, i) => `${i + 1}) ${edgeText(store, crate, step.origin, isFresh)}`),
      ]
    : [
        `The package ${crate} ${version} does not certify for ${criterion}`,
        ...wouldCertify(certifiedVersions(audits, index)),
      ]
  return ok(lines.map(line => `${line}\n`).join(''))
}

function wouldCertify(versions: readonly VetVersion[]): string[] {
  return versions.length === 0 ? [] : ['The following versions would certify:', ...versions.map(v => ` - ${v}`)]
}

function edgeText(store: VetStore, crate: CrateName, origin: EdgeOrigin, isFresh: IsFresh): string {
  const fresh = (...entries: Parameters<IsFresh>[0][]): string => (entries.some(isFresh) ? ' (uncached)' : '')
  switch (origin.kind) {
    case 'local-audit':
    case 'imported-audit': {
      const [name, file] = fileOf(store, origin.kind === 'local-audit' ? null : origin.importIndex)
      const audit = present(file.audits.get(crate)?.[origin.auditIndex])
      const { kind, who } = audit
      const place = `[${name}${origin.kind === 'local-audit' ? '' : fresh(audit)}]`
      if (kind.kind === 'full') return `${place} full audit for ${kind.version} by ${whoText(who)}`
      if (kind.kind === 'delta') return `${place} delta audit for ${kind.from}->${kind.to} by ${whoText(who)}`
      throw new Error('a violation is no edge')
    }
    case 'wildcard': {
      const [name, file] = fileOf(store, origin.importIndex)
      const audit = present(file.wildcardAudits.get(crate)?.[origin.auditIndex])
      const release = present(store.imports.publisher.get(crate)?.[origin.publisherIndex])
      const place = `[${name}${fresh(audit, release)}]`
      return `${place} wildcard audit for ${releaseText(release)} by ${whoText(audit.who)}`
    }
    case 'trusted': {
      const release = present(store.imports.publisher.get(crate)?.[origin.publisherIndex])
      return `[local${fresh(release)}] trusted entry for ${releaseText(release)}`
    }
    case 'exemption':
      return `[local] exemption for ${present(store.config.exemptions.get(crate)?.[origin.exemptionIndex]).version}`
    case 'unpublished': {
      const entry = present(store.imports.unpublished.get(crate)?.[origin.unpublishedIndex])
      return `[local${fresh(entry)}] auditing unpublished version ${entry.version} as ${entry.auditedAs}`
    }
    case 'new-exemption':
      throw new Error('this search makes no exemptions')
  }
}

function fileOf(store: VetStore, importIndex: number | null) {
  return importIndex === null ? (['local', store.audits] as const) : present([...store.imports.audits][importIndex])
}

const releaseText = ({ version, source }: PublisherEntry): string =>
  `${version} (published by: ${source.kind === 'user' ? source.login : source.signature})`

const whoText = (who: readonly string[]): string => (who.length === 0 ? '<unspecified>' : formatShortList(who))

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an edge points at nothing')
  return value
}
