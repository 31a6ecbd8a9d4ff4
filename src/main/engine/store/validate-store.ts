/**
 * What is wrong with a store that parses: names that are no criteria, wildcard audits that run too long, and with
 * `locked` files that are not in canonical form or do not match each other. In: the store, the texts it came from,
 * today. Out: every finding with its place, in cargo-vet's order, ours last. Pure.
 * PARITY cargo-vet 0.10.3 src/storage.rs Store::validate, imports_lock_outdated.
 */
import { brand, type IsoDate } from '../../../shared/domain.ts'
import type { FilePlace, StoreProblem } from '../../../shared/failure.ts'
import { MAX_CRITERIA } from '../core/criteria.ts'
import type { AuditEntry, VetStore } from '../core/store-model.ts'
import { compareVetVersions, parseVetVersion, trimEnd } from '../core/version.ts'
import { shown } from './decode.ts'
import { placeProblem, type CanonicalForms, type StorePlaces } from './parse-store.ts'
import { buildSpanIndex, spanOf, type SpanIndex } from './toml-spans.ts'
import { unifiedDiff } from './unified-diff.ts'
import { renderAuditsFile, renderConfigFile, renderImportsFile, userComments, type StoreTexts } from './write-store.ts'

export interface ValidateInput {
  readonly store: VetStore
  readonly texts: StoreTexts
  /** What reading found out about the form of the texts; without it they are written and compared. */
  readonly forms?: CanonicalForms
  readonly where: StorePlaces
  readonly today: IsoDate
  readonly locked: boolean
}

const BUILT_IN = ['safe-to-run', 'safe-to-deploy'] as const

type FileKey = keyof StoreTexts
type Path = readonly (string | number)[]

interface Check {
  readonly input: ValidateInput
  readonly known: ReadonlySet<string>
  readonly knownList: string
  readonly problems: StoreProblem[]
  readonly spans: Map<FileKey, SpanIndex>
}

/** Empty when cargo-vet would accept the store. */
export function validateStore(input: ValidateInput): readonly StoreProblem[] {
  const names = [...input.store.audits.criteria.keys(), ...BUILT_IN]
  const check: Check = {
    input,
    known: new Set(names),
    knownList: names.map(shown).join(', '),
    problems: [],
    spans: new Map(),
  }
  checkConfigCriteria(check)
  checkAuditsCriteria(check)
  checkWildcards(check)
  if (input.locked) {
    checkFormat(check)
    checkImportsLock(check)
  }
  checkWhatPanics(check)
  return check.problems
}

function checkConfigCriteria(check: Check): void {
  const { config } = check.input.store
  for (const [crate, entries] of config.exemptions)
    for (const [i, entry] of entries.entries()) {
      // Written under either name; the first that is in the file places it.
      const paths = [
        ['exemptions', crate, i, 'criteria'],
        ['unaudited', crate, i, 'criteria'],
      ]
      checkNames(check, 'config', entry.criteria, paths)
    }
  for (const [key, policy] of policiesInOrder(check.input.store)) {
    checkNames(check, 'config', policy.criteria ?? [], [['policy', key, 'criteria']])
    checkNames(check, 'config', policy.devCriteria ?? [], [['policy', key, 'dev-criteria']])
    for (const [dependency, criteria] of policy.dependencyCriteria)
      checkNames(check, 'config', criteria, [['policy', key, 'dependency-criteria', dependency]])
  }
}

/** By crate, then by version, where the file sorts `foo:10.0.0` before `foo:2.0.0`. */
function policiesInOrder(store: VetStore) {
  const crateOf = (key: string): string => key.split(':', 1)[0] as string
  return [...store.config.policy].sort(([a], [b]) => {
    if (crateOf(a) !== crateOf(b)) return 0
    const [x, y] = [parseVetVersion(a.slice(crateOf(a).length + 1)), parseVetVersion(b.slice(crateOf(b).length + 1))]
    return x.ok && y.ok ? compareVetVersions(x.value, y.value) : 0
  })
}

function checkAuditsCriteria(check: Check): void {
  const { audits } = check.input.store
  for (const [name, entry] of audits.criteria)
    checkNames(check, 'audits', entry.implies, [['criteria', name, 'implies']])
  for (const [crate, entries] of audits.audits) {
    for (let i = 0; i < entries.length; i++) {
      const { criteria } = entries[i] as AuditEntry
      // Asked first, for there are many entries and a path to say where would be made for each.
      if (!areKnown(check, criteria)) checkNames(check, 'audits', criteria, [['audits', crate, i, 'criteria']])
    }
  }
}

function areKnown(check: Check, names: readonly string[]): boolean {
  for (let i = 0; i < names.length; i++) if (!check.known.has(names[i] as string)) return false
  return true
}

function checkWildcards(check: Check): void {
  const latest = yearAfter(check.input.today)
  for (const [crate, entries] of check.input.store.audits.wildcardAudits)
    for (const [i, entry] of entries.entries()) {
      const path = ['wildcard-audits', crate, i]
      checkNames(check, 'audits', entry.criteria, [[...path, 'criteria']])
      if (entry.end > latest)
        check.problems.push({
          message: `'${entry.end}' is more than a year in the future`,
          help: `Wildcard audits must end at most a year in the future (${latest}).`,
          place: placeOf(check, 'audits', [[...path, 'end']], 'value'),
        })
    }
}

/** The same day next year; 29 February becomes the 28th. */
export function yearAfter(today: IsoDate): IsoDate {
  const year = String(Number(today.slice(0, 4)) + 1).padStart(4, '0')
  const rest = today.slice(4)
  return brand(year + (rest === '-02-29' ? '-02-28' : rest))
}

function checkNames(check: Check, file: FileKey, names: readonly string[], paths: readonly Path[]): void {
  for (const [i, name] of names.entries()) {
    if (check.known.has(name)) continue
    // A single name may be written without a list; then only the key has a place.
    const candidates = paths.flatMap(path => [[...path, i], path])
    check.problems.push({
      message: `'${shown(name)}' is not a valid criteria name`,
      help: `The possible criteria are ${check.knownList}. Correct the name, or define it under [criteria.…] in audits.toml.`,
      place: placeOf(check, file, candidates, 'value'),
    })
  }
}

function checkFormat(check: Check): void {
  const { texts, store, forms } = check.input
  const userComment = userComments(store.imports)
  for (const [key, name, render] of [
    ['config', 'config.toml', () => renderConfigFile(store.config)],
    ['audits', 'audits.toml', () => renderAuditsFile(store.audits, userComment)],
    ['imports', 'imports.lock', () => renderImportsFile(store.imports, userComment)],
  ] as const) {
    // Writing a large file takes longer than all the rest of the check.
    if (forms?.[key]?.every(({ userId, comment }) => userComment(userId) === comment) === true) continue
    const rendered = render()
    if (texts[key] === rendered || trimEnd(texts[key]) === trimEnd(rendered)) continue
    const diff = unifiedDiff(texts[key], rendered, [`old/${name}`, `new/${name}`])
    check.problems.push({
      message: `A file in the store is not correctly formatted:\n\n${diff}`,
      help: 'run `cargo vet fmt` to reformat files in the store',
      place: firstDifference(texts[key], rendered, check.input.where[key]),
    })
  }
}

function firstDifference(text: string, wanted: string, file: string): FilePlace {
  let at = 0
  while (at < text.length && text[at] === wanted[at]) at++
  const before = text.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return { file, line, column: at - lineStart + 1, offset: new TextEncoder().encode(before).length, length: 0 }
}

function checkImportsLock(check: Check): void {
  const { config, imports } = check.input.store
  const configured = [...config.imports.keys()]
  const stored = [...imports.audits.keys()]
  const isSame = configured.length === stored.length && configured.every((name, i) => name === stored[i])
  const hasExcluded = [...config.imports].some(([name, entry]) =>
    entry.exclude.some(crate => imports.audits.get(name)?.audits.has(brand(crate)) === true),
  )
  if (isSame && !hasExcluded) return
  check.problems.push({
    message: 'imports.lock is out-of-date with respect to configuration',
    help: 'run `cargo vet` without --locked to update imports',
    place: null,
  })
}

/** Stricter than cargo-vet, which panics on these once it comes to use them. */
function checkWhatPanics(check: Check): void {
  const { audits, imports, config } = check.input.store
  for (const name of BUILT_IN)
    if (audits.criteria.has(name))
      check.problems.push({
        message: `criteria '${name}' is built in and cannot be redefined`,
        help: 'Remove or rename it.',
        place: placeOf(check, 'audits', [['criteria', name]], 'key'),
      })
  if (audits.criteria.size + BUILT_IN.length > MAX_CRITERIA)
    check.problems.push({
      message: `${audits.criteria.size + BUILT_IN.length} criteria are defined, ${MAX_CRITERIA} are supported`,
      help: 'Remove criteria from audits.toml.',
      place: null,
    })
  // Trusted entries are looked at only when the crate has publisher rows.
  for (const [crate, entries] of audits.trusted)
    if ((imports.publisher.get(crate)?.length ?? 0) > 0)
      for (const [i, entry] of entries.entries())
        checkNames(check, 'audits', entry.criteria, [['trusted', crate, i, 'criteria']])
  // Locked runs never look at the map.
  if (!check.input.locked)
    for (const [name, entry] of config.imports)
      for (const [foreign, local] of entry.criteriaMap)
        checkNames(check, 'config', local, [['imports', name, 'criteria-map', foreign]])
}

function placeOf(check: Check, file: FileKey, paths: readonly Path[], part: 'key' | 'value'): FilePlace | null {
  const text = check.input.texts[file]
  let spans = check.spans.get(file)
  if (spans === undefined) {
    spans = buildSpanIndex(text)
    check.spans.set(file, spans)
  }
  const index = spans
  const path = paths.find(each => spanOf(index, each) !== null) ?? paths[0] ?? []
  return placeProblem({ path, part, message: '', help: null }, text, check.input.where[file], index).place
}
