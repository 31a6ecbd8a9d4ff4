/**
 * Risk of one item of the queue as a sum that can be followed. Each signal says how much of its weight it takes, from 0 to
 * 1, and why. Two laws hold whatever the weights: what is not known counts with its whole weight, so hiding something never
 * lowers a score; and a further advisory never lowers it. A score orders reading; it says nothing about quality.
 */
import type { Outcome } from '../../../shared/provenance.ts'
import { SIGNALS, type AdvisoryKind, type Cvss, type RiskSignal, type SignalId } from '../../../shared/risk.ts'
import type { RiskWeights } from './risk-weights.ts'

/** One thing that was looked at. `stale`: the answer may be out of date. */
export type Fact<T> =
  | { readonly state: 'known' | 'stale'; readonly value: T; readonly source: string; readonly date: number | null }
  | { readonly state: 'unknown'; readonly reason: string; readonly source: string }

export interface RiskAdvisory {
  readonly id: string
  readonly kind: AdvisoryKind
  readonly cvss: Cvss | null
}

/** Places in the code that dependents build; tests, benches and examples are left out. */
export interface CodeCounts {
  readonly unsafe: number
  readonly ffi: number
  readonly process: number
  readonly network: number
  readonly fileSystem: number
}

export type PublisherFact =
  /** Published the version before too. */
  | { readonly kind: 'same'; readonly name: string; readonly earlier: number }
  /** Published earlier versions, another one published the version before. */
  | { readonly kind: 'changed'; readonly name: string; readonly before: string; readonly earlier: number }
  /** Never published this crate before, and others did. */
  | { readonly kind: 'new'; readonly name: string; readonly before: string }
  /** Nobody published an earlier version. */
  | { readonly kind: 'first'; readonly name: string }

export interface RiskFacts {
  /** That hit the new version. */
  readonly advisoriesNew: Fact<readonly RiskAdvisory[]>
  /** That hit the old version and no longer the new one; empty in a full audit. */
  readonly advisoriesOld: Fact<readonly RiskAdvisory[]>
  readonly yanked: Fact<boolean>
  readonly provenance: Fact<Outcome>
  readonly publisher: Fact<PublisherFact>
  /** Whole days since the release. */
  readonly releaseAge: Fact<number>
  readonly buildScript: Fact<{ readonly has: boolean; readonly isChanged: boolean }>
  readonly procMacro: Fact<boolean>
  readonly code: Fact<CodeCounts>
  /** Places of unsafe code in the new version that are not in the old one, word for word. */
  readonly unsafeNew: Fact<number>
  readonly audit: Fact<'delta' | 'full' | 'first'>
  /** To read. */
  readonly lines: Fact<number>
  readonly usage: Fact<'runtime' | 'build' | 'dev'>
  readonly defaultFeatures: Fact<boolean>
  /** Packages of the workspace that need it, directly or not. */
  readonly dependents: Fact<number>
  /** 1: a workspace member names it. */
  readonly depth: Fact<number>
}

export interface ScoredRisk {
  readonly score: number
  /** In the order of SIGNALS. */
  readonly signals: readonly RiskSignal[]
}

/** Share of the weight, 0 to 1, and what was found in words. */
type Measure = readonly [share: number, words: string]

export function scoreRisk(facts: RiskFacts, weights: RiskWeights): ScoredRisk {
  const signals = SIGNALS.map(id => signalOf(id, facts, weights[id]))
  return { score: signals.reduce((sum, signal) => sum + signal.points, 0), signals }
}

function signalOf(id: SignalId, facts: RiskFacts, weight: number): RiskSignal {
  switch (id) {
    case 'advisory-new':
      return signal(id, facts.advisoriesNew, weight, list => [shareOfAdvisories(list), advisoryWords(list)])
    case 'advisory-old':
      return signal(id, facts.advisoriesOld, weight, list => [shareOfAdvisories(list), advisoryWords(list)])
    case 'yanked':
      return signal(id, facts.yanked, weight, is => [is ? 1 : 0, is ? 'yanked' : 'not yanked'])
    case 'provenance':
      return signal(id, facts.provenance, weight, outcome => PROVENANCE[outcome])
    case 'publisher':
      return signal(id, facts.publisher, weight, publisherMeasure)
    case 'release-age':
      return signal(id, facts.releaseAge, weight, days => [
        stepsDown(days, AGES),
        `${grouped(days)} ${plural(days, 'day')} old`,
      ])
    case 'build-script':
      return signal(id, facts.buildScript, weight, buildMeasure)
    case 'proc-macro':
      return signal(id, facts.procMacro, weight, is => (is ? [1, 'procedural macro'] : [0, 'no procedural macro']))
    case 'unsafe':
      return signal(id, facts.code, weight, ({ unsafe }) => placesMeasure(unsafe, 50, 'place', 'none found'))
    case 'unsafe-change':
      return signal(id, facts.unsafeNew, weight, n => placesMeasure(n, 20, 'new or changed place', 'none found'))
    case 'ffi':
      return signal(id, facts.code, weight, ({ ffi }) => placesMeasure(ffi, 20, 'place', 'none found'))
    case 'process':
      return signal(id, facts.code, weight, code => placesMeasure(code.process, 3, 'place', 'none found'))
    case 'network':
      return signal(id, facts.code, weight, code => placesMeasure(code.network, 5, 'place', 'none found'))
    case 'file-system':
      return signal(id, facts.code, weight, code => placesMeasure(code.fileSystem, 10, 'place', 'none found'))
    case 'first-audit':
      return signal(id, facts.audit, weight, kind => AUDITS[kind])
    case 'lines':
      return signal(id, facts.lines, weight, lines => [
        logShare(lines, 10_000),
        `${grouped(lines)} ${plural(lines, 'line')}`,
      ])
    case 'usage':
      return signal(id, facts.usage, weight, usage => USAGES[usage])
    case 'default-features':
      return signal(id, facts.defaultFeatures, weight, on =>
        on ? [1, 'default features on'] : [0, 'default features off'],
      )
    case 'dependents':
      return signal(id, facts.dependents, weight, n => [logShare(n, 50), `${grouped(n)} ${plural(n, 'package')} here`])
    case 'depth':
      return signal(id, facts.depth, weight, depth => [clamp((depth - 1) / 5), depthWords(depth)])
  }
}

/** Points are whole while the weight is; what is unknown takes the whole weight. */
function signal<T>(id: SignalId, fact: Fact<T>, weight: number, measure: (value: T) => Measure): RiskSignal {
  const { source } = fact
  if (fact.state === 'unknown')
    return { id, state: 'unknown', value: fact.reason, weight, points: weight, source, date: null }
  const [share, value] = measure(fact.value)
  return { id, state: fact.state, value, weight, points: Math.round(weight * clamp(share)), source, date: fact.date }
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share))

// ── measures ─────────────────────────────────────────────────────────────────────────────────

/** How bad one is alone; without a score a vulnerability counts as a high one. */
function severityOf({ kind, cvss }: RiskAdvisory): number {
  switch (kind) {
    case 'vulnerability':
      return cvss === null || cvss.score === null ? 0.8 : Math.max(0.4, cvss.score / 10)
    case 'unsound':
    case 'other':
      return 0.5
    case 'unmaintained':
      return 0.3
    case 'notice':
      return 0.2
  }
}

/** Each further one takes its part of what is left, so that more is never less. */
const shareOfAdvisories = (list: readonly RiskAdvisory[]): number =>
  1 - list.reduce((left, one) => left * (1 - severityOf(one)), 1)

function advisoryWords(list: readonly RiskAdvisory[]): string {
  if (list.length === 0) return 'none known'
  const words = list.slice(0, 3).map(({ id, kind, cvss }) => {
    const severity = cvss === null || cvss.score === null ? '' : ` ${cvss.score.toFixed(1)}`
    return `${id} (${kind}${severity})`
  })
  return list.length > 3 ? `${words.join(', ')} and ${list.length - 3} more` : words.join(', ')
}

const PROVENANCE: Readonly<Record<Outcome, Measure>> = {
  mismatch: [1, 'files differ from the repository'],
  'archive-anomaly': [1, 'the archive has an anomaly'],
  'not-in-repository': [0.9, 'not found in the repository'],
  'revision-not-found': [0.8, 'its commit is not in the repository'],
  'repository-unavailable': [0.8, 'the repository cannot be reached'],
  'no-repository': [0.7, 'no repository declared'],
  'no-vcs-info': [0.5, 'no commit stated'],
  'undetermined-stale-mirror': [0.5, 'not determined: the copy of the repository is old'],
  'submodule-unavailable': [0.4, 'a submodule cannot be had'],
  'package-failed': [0.4, 'packaging it again failed'],
  'match-broken-symlinks': [0.1, 'matches but for symlinks'],
  'match-line-endings': [0.1, 'matches but for line endings'],
  match: [0, 'matches its commit'],
}

function publisherMeasure(fact: PublisherFact): Measure {
  switch (fact.kind) {
    case 'same':
      return [0, `${fact.name}, who published ${grouped(fact.earlier)} before`]
    case 'changed':
      return [0.4, `${fact.name} after ${fact.before}; published ${grouped(fact.earlier)} before`]
    case 'new':
      return [1, `new: ${fact.name}, after ${fact.before}`]
    case 'first':
      return [0.6, `${fact.name}, the crate's first release`]
  }
}

function buildMeasure({ has, isChanged }: { readonly has: boolean; readonly isChanged: boolean }): Measure {
  if (!has) return [0, 'no build script']
  return isChanged ? [1, 'build script, new or changed'] : [0.5, 'build script, unchanged']
}

const AUDITS: Readonly<Record<'delta' | 'full' | 'first', Measure>> = {
  delta: [0, 'a change to an audited version'],
  full: [0.5, 'a full audit; other versions were audited'],
  first: [1, 'the first audit of this crate'],
}

const USAGES: Readonly<Record<'runtime' | 'build' | 'dev', Measure>> = {
  runtime: [1, 'used at run time'],
  build: [0.8, 'used at build time only'],
  dev: [0.3, 'used in development only'],
}

/** Days up to which a release takes this share: a bad one is mostly found in its first weeks. */
const AGES: readonly (readonly [days: number, share: number])[] = [
  [7, 1],
  [30, 0.6],
  [90, 0.3],
]

const stepsDown = (value: number, steps: readonly (readonly [number, number])[]): number =>
  steps.find(([limit]) => value < limit)?.[1] ?? 0

/** A first place counts a fifth, `many` places count whole, and no place nothing. */
function placesMeasure(n: number, many: number, what: string, none: string): Measure {
  if (n === 0) return [0, none]
  return [0.2 + 0.8 * logShare(n - 1, many - 1), `${grouped(n)} ${plural(n, what)}`]
}

/** 0 for nothing, 1 from `whole` on, growing more slowly the more there is. */
const logShare = (n: number, whole: number): number => clamp(Math.log1p(n) / Math.log1p(whole))

function depthWords(depth: number): string {
  return depth <= 1
    ? 'named by this workspace'
    : `${depth - 1} ${plural(depth - 1, 'package')} away from this workspace`
}

const plural = (n: number, word: string): string => (n === 1 ? word : `${word}s`)
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',')
