/**
 * The changes that are worth trying on a workspace: known peers that are not imported, publishers of what is to be read,
 * versions that are audited already. Each with what its figure is made from; what cannot be known says so. Asks nobody.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import { describeFailure } from '../../../shared/failure.ts'
import { changeId, type WhatIfChange } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import { certifiedVersions } from '../core/audit-path.ts'
import { compareText } from '../core/byte-order.ts'
import { minimalIndices } from '../core/criteria.ts'
import type { FailedPackage } from '../core/resolve.ts'
import type { AuditsFile, ImportConfig } from '../core/store-model.ts'
import { compareVetVersions, gitRevOf, parseVetVersion, semverOf } from '../core/version.ts'
import type { Candidate } from '../core/what-if-gain.ts'
import { releasesOf, type Option, type OptionsInput } from './what-if-option.ts'
import { oldestCopy, peerFile } from './what-if-peers.ts'
import { publisherOptions, trustAllOption, trustOption } from './what-if-trust.ts'

export interface Options {
  /** Imports by name, then publishers by how many crates they are about, then versions by crate. */
  readonly options: readonly Option[]
  readonly inUse: readonly string[]
  /** Changes of the draft that make no sense any more, one sentence each. */
  readonly dropped: readonly string[]
  /** Crates to read whose publishers nobody was asked for. */
  readonly publishersUnknown: readonly CrateName[]
}

/** So many versions are offered. */
const MOST_MOVES = 60

/** What the draft has beside the offered ones comes last, in its order. Throws Cancelled. */
export async function listOptions(input: OptionsInput, run: Run): Promise<Options> {
  const { workspace, solved } = input
  const failing = new Set(solved.report.failures.map(f => f.idx))
  const items = [...solved.report.failures, ...solved.suggestReport.failures.filter(f => !failing.has(f.idx))]
  const imports = await importOptions(input, run)
  const publishers = publisherOptions(input, items)
  const moves = moveOptions(input, items)
  const listed = [...imports.options, ...publishers.options, ...moves]
  const ids = new Set(listed.map(option => changeId(option.change)))
  const own = input.draft.filter(change => !ids.has(changeId(change)))
  const extra: Option[] = []
  const dropped = [...imports.dropped]
  for (const change of own) {
    if (change.kind === 'import') continue
    const option = ownOption(input, change)
    if (typeof option === 'string') dropped.push(option)
    else extra.push(option)
  }
  const inUse = [...workspace.loaded.store.config.imports.keys()]
  return { options: [...listed, ...extra], inUse, dropped, publishersUnknown: publishers.unknown }
}

// ── imports ──────────────────────────────────────────────────────────────────────────────────

async function importOptions(
  input: OptionsInput,
  run: Run,
): Promise<{ readonly options: readonly Option[]; readonly dropped: readonly string[] }> {
  const { workspace, known, draft, peers } = input
  const { imports } = workspace.loaded.store.config
  const used = new Map([...imports].flatMap(([name, { url }]) => url.map(one => [one, name] as const)))
  const wanted = new Map<string, Extract<WhatIfChange, { kind: 'import' }>>()
  const dropped: string[] = []
  for (const [name, urls] of known ?? [])
    if (!urls.some(url => used.has(url)) && !imports.has(name)) wanted.set(name, { kind: 'import', name, urls: [] })
  for (const change of draft) {
    if (change.kind !== 'import' || (change.urls.length === 0 && wanted.has(change.name))) continue
    const user = change.urls.map(url => used.get(url)).find(name => name !== undefined)
    if (user !== undefined || imports.has(change.name))
      dropped.push(`${change.name} is imported now${user === undefined || user === change.name ? '' : `, as ${user}`}.`)
    else wanted.set(change.name, change)
  }
  const options = [...wanted.values()]
    .sort((a, b) => compareText(a.name, b.name))
    .map(async change => {
      const url = change.urls.length > 0 ? change.urls : (known?.get(change.name) ?? [])
      return importOption(input, change, { url, exclude: [], criteriaMap: new Map() }, oldestCopy(peers, url), run)
    })
  return { options: await Promise.all(options), dropped }
}

async function importOption(
  input: OptionsInput,
  change: Extract<WhatIfChange, { kind: 'import' }>,
  config: ImportConfig,
  fetchedAt: number | null,
  run: Run,
): Promise<Option> {
  const { peers, translations } = input
  const { mapper } = input.workspace
  const at = config.url.join(' ')
  if (config.url.length === 0)
    return { change, title: change.name, detail: '', candidate: null, why: 'not among the known peers', fetchedAt }
  if (fetchedAt === null)
    return { change, title: change.name, detail: at, candidate: null, why: 'its audits were never fetched', fetchedAt }
  const file = await peerFile({ mapper, peers, translations }, change.name, config, run)
  if (!file.ok) {
    const { title } = describeFailure(file.error)
    return { change, title: change.name, detail: at, candidate: null, why: title, fetchedAt }
  }
  const candidate: Candidate = { kind: 'import', file: file.value.file }
  return { change, title: change.name, detail: sizeOfFile(file.value.file), candidate, why: null, fetchedAt }
}

function sizeOfFile({ audits, wildcardAudits }: AuditsFile): string {
  const sum = (lists: Iterable<readonly unknown[]>) => [...lists].reduce((n, list) => n + list.length, 0)
  const [crates, n, wildcards] = [audits.size, sum(audits.values()), sum(wildcardAudits.values())]
  const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
  const by = wildcards === 0 ? '' : `, ${grouped(wildcards)} by wildcard`
  return `${grouped(crates)} ${crates === 1 ? 'crate' : 'crates'}, ${grouped(n)} ${n === 1 ? 'audit' : 'audits'}${by}`
}

// ── versions ─────────────────────────────────────────────────────────────────────────────────

function moveOptions(input: OptionsInput, items: readonly FailedPackage[]): readonly Option[] {
  const { report, suggestReport } = input.solved
  const { mapper } = input.workspace
  const options: Option[] = []
  for (const { name, version, idx } of items) {
    if (options.length >= MOST_MOVES) break
    const audits = suggestReport.outcomes[idx]?.audits
    if (audits === null || audits === undefined || gitRevOf(version) !== null) continue
    const needed = minimalIndices(mapper, report.requirements[idx] ?? 0n)
    const fit = needed
      .map(criterion => new Set(certifiedVersions(audits, criterion)))
      .reduce<VetVersion[] | null>(
        (left, certified) => (left ?? [...certified]).filter(one => certified.has(one)),
        null,
      )
    const usable = (fit ?? [])
      .filter(one => gitRevOf(one) === null && isCompatible(version, one))
      .sort(compareVetVersions)
    // The nearest newer one, and the nearest older one where there is none.
    const to = usable.find(one => compareVetVersions(one, version) > 0) ?? usable.at(-1)
    if (to === undefined || to === version) continue
    options.push(moveOption(input, { kind: 'move', crate: name, from: version, to }))
  }
  return options.sort((a, b) => compareText(changeId(a.change), changeId(b.change)))
}

function moveOption(input: OptionsInput, change: Extract<WhatIfChange, { kind: 'move' }>): Option {
  const { crate, from, to } = change
  const days = daysBetween(input, crate, from, to)
  const age = days === null ? '' : days < 0 ? `; released ${-days} days before` : `; released ${days} days later`
  return {
    change,
    title: `${crate} ${from} to ${to}`,
    detail: `audited already${age}; whether its dependents allow it is for cargo to say`,
    candidate: { kind: 'move', crate, from, to },
    why: null,
    fetchedAt: null,
  }
}

function daysBetween(input: OptionsInput, crate: CrateName, from: VetVersion, to: VetVersion): number | null {
  const rows = releasesOf(input, crate) ?? []
  const [a, b] = [from, to].map(version => rows.find(row => row.version === version)?.when)
  if (a === undefined || b === undefined) return null
  return Math.round((Date.parse(b) - Date.parse(a)) / 86_400_000)
}

/** As cargo's caret: the same leftmost number that is not 0. */
function isCompatible(a: VetVersion, b: VetVersion): boolean {
  const series = (version: VetVersion): string => {
    const [major = '', minor = '', patch = ''] = semverOf(version).split(/[-+]/)[0]!.split('.')
    if (major !== '0') return major
    return minor !== '0' ? `0.${minor}` : `0.0.${patch}`
  }
  // A pre-release is never chosen for a requirement that does not name one.
  return series(a) === series(b) && !/-/.test(semverOf(b).split('+')[0]!)
}

// ── what only the draft has ──────────────────────────────────────────────────────────────────

/** An option for a change that is not offered; a sentence when it makes no sense here. */
function ownOption(input: OptionsInput, change: Exclude<WhatIfChange, { kind: 'import' }>): Option | string {
  switch (change.kind) {
    case 'trust': {
      const [option] = trustOption(input, change)
      return option ?? `${change.publisher} is not known to have published ${change.crate}.`
    }
    case 'trust-all': {
      const [option] = trustAllOption(input, change)
      return option ?? `Nothing is left that ${change.publisher} alone published.`
    }
    case 'move': {
      const { graph } = input.workspace
      const isThere = graph.nodes.some(node => node.name === change.crate && node.version === change.from)
      const to = parseVetVersion(change.to)
      if (!to.ok) return `${change.to} is not a version: ${to.error}.`
      return isThere
        ? moveOption(input, { ...change, to: to.value })
        : `${change.crate} ${change.from} is not in use any more.`
    }
  }
}
