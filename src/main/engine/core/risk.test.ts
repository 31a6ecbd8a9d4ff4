// The arithmetic of risk: the laws on random facts and weights, and the rows of what each signal takes.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OUTCOMES } from '../../../shared/provenance.ts'
import { ADVISORY_KINDS, SIGNALS } from '../../../shared/risk.ts'
import { readCvss } from './advisories-cvss.ts'
import { scoreRisk, type Fact, type RiskAdvisory, type RiskFacts } from './risk.ts'
import { DEFAULT_WEIGHTS, MAX_WEIGHT, mostOf, weightsWith, type RiskWeights } from './risk-weights.ts'

const factOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Fact<T>> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        state: fc.constantFrom('known' as const, 'stale' as const),
        value,
        source: fc.constant('here'),
        date: fc.constant(1),
      }),
    },
    fc.record({
      state: fc.constant('unknown' as const),
      reason: fc.constant('not measured'),
      source: fc.constant('here'),
    }),
  )
const count = fc.nat({ max: 100_000 })
const advisory: fc.Arbitrary<RiskAdvisory> = fc.record({
  id: fc.constant('RUSTSEC-2026-0001'),
  kind: fc.constantFrom(...ADVISORY_KINDS),
  cvss: fc.constantFrom(
    null,
    readCvss('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
    readCvss('CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L'),
    readCvss('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'),
  ),
})
const advisories = factOf(fc.array(advisory, { maxLength: 6 }))
const name = fc.constant('someone')
const facts: fc.Arbitrary<RiskFacts> = fc.record({
  advisoriesNew: advisories,
  advisoriesOld: advisories,
  yanked: factOf(fc.boolean()),
  provenance: factOf(fc.constantFrom(...OUTCOMES)),
  publisher: factOf(
    fc.oneof(
      fc.record({ kind: fc.constant('same' as const), name, earlier: count }),
      fc.record({ kind: fc.constant('changed' as const), name, before: name, earlier: count }),
      fc.record({ kind: fc.constant('new' as const), name, before: name }),
      fc.record({ kind: fc.constant('first' as const), name }),
    ),
  ),
  releaseAge: factOf(fc.integer({ min: -3, max: 5_000 })),
  buildScript: factOf(fc.record({ has: fc.boolean(), isChanged: fc.boolean() })),
  procMacro: factOf(fc.boolean()),
  code: factOf(fc.record({ unsafe: count, ffi: count, process: count, network: count, fileSystem: count })),
  unsafeNew: factOf(count),
  audit: factOf(fc.constantFrom('delta' as const, 'full' as const, 'first' as const)),
  lines: factOf(count),
  usage: factOf(fc.constantFrom('runtime' as const, 'build' as const, 'dev' as const)),
  defaultFeatures: factOf(fc.boolean()),
  dependents: factOf(count),
  depth: factOf(fc.integer({ min: 1, max: 60 })),
})
const weights: fc.Arbitrary<RiskWeights> = fc
  .array(fc.nat({ max: MAX_WEIGHT }), { minLength: SIGNALS.length, maxLength: SIGNALS.length })
  .map(list => Object.fromEntries(SIGNALS.map((id, i) => [id, list[i]])) as RiskWeights)

describe('the laws', () => {
  it('a score is the sum of what is shown, each part between nothing and its weight', () => {
    fc.assert(
      fc.property(facts, weights, (given, weighed) => {
        const { score, signals } = scoreRisk(given, weighed)
        expect(signals.map(s => s.id)).toEqual(SIGNALS)
        expect(score).toBe(signals.reduce((sum, s) => sum + s.points, 0))
        for (const s of signals) {
          expect(s.weight).toBe(weighed[s.id])
          expect(s.points).toBeGreaterThanOrEqual(0)
          expect(s.points).toBeLessThanOrEqual(s.weight)
          expect(Number.isInteger(s.points)).toBe(true)
          expect(s.value).not.toBe('')
        }
        expect(score).toBeLessThanOrEqual(mostOf(weighed))
      }),
    )
  })

  it('making any fact unknown never lowers the score, and says so', () => {
    const names = Object.keys(fc.sample(facts, 1)[0]!) as (keyof RiskFacts)[]
    fc.assert(
      fc.property(facts, weights, fc.constantFrom(...names), (given, weighed, hidden) => {
        const unknown = { state: 'unknown', reason: 'hidden', source: 'here' } as const
        const after = scoreRisk({ ...given, [hidden]: unknown }, weighed)
        expect(after.score).toBeGreaterThanOrEqual(scoreRisk(given, weighed).score)
        const shown = after.signals.filter(s => s.value === 'hidden')
        expect(shown.length).toBeGreaterThan(0)
        for (const s of shown) expect(s).toMatchObject({ state: 'unknown', points: s.weight, date: null })
      }),
    )
  })

  it('a further advisory never lowers the score', () => {
    fc.assert(
      fc.property(
        facts,
        weights,
        advisory,
        fc.constantFrom('advisoriesNew' as const, 'advisoriesOld' as const),
        (given, weighed, more, where) => {
          const fact = given[where]
          const list = fact.state === 'unknown' ? [] : fact.value
          const withList = (value: readonly RiskAdvisory[]): RiskFacts => ({
            ...given,
            [where]: { state: 'known', value, source: 'here', date: null },
          })
          const before = scoreRisk(withList(list), weighed).score
          expect(scoreRisk(withList([...list, more]), weighed).score).toBeGreaterThanOrEqual(before)
        },
      ),
    )
  })

  it('more unsafe places, lines or dependents never lower the score', () => {
    fc.assert(
      fc.property(facts, weights, count, count, (given, weighed, n, more) => {
        const known = (value: number) => ({ state: 'known' as const, value, source: 'here', date: null })
        const at = (value: number) =>
          scoreRisk({ ...given, unsafeNew: known(value), lines: known(value), dependents: known(value) }, weighed).score
        expect(at(n + more)).toBeGreaterThanOrEqual(at(n))
      }),
    )
  })
})

describe('the parts', () => {
  const known = <T>(value: T): Fact<T> => ({ state: 'known', value, source: 'here', date: 5 })
  const calm: RiskFacts = {
    advisoriesNew: known([]),
    advisoriesOld: known([]),
    yanked: known(false),
    provenance: known('match'),
    publisher: known({ kind: 'same', name: 'someone', earlier: 12 }),
    releaseAge: known(400),
    buildScript: known({ has: false, isChanged: false }),
    procMacro: known(false),
    code: known({ unsafe: 0, ffi: 0, process: 0, network: 0, fileSystem: 0 }),
    unsafeNew: known(0),
    audit: known('delta'),
    lines: known(0),
    usage: known('dev'),
    defaultFeatures: known(false),
    dependents: known(0),
    depth: known(1),
  }
  const shown = (change: Partial<RiskFacts>) =>
    scoreRisk({ ...calm, ...change }, DEFAULT_WEIGHTS)
      .signals.filter(s => s.points > 0)
      .map(s => `${s.id} ${s.points}: ${s.value}`)
  const usage = 'usage 1: used in development only'
  const one = (id: string, kind: RiskAdvisory['kind'], vector: string | null = null): RiskAdvisory => ({
    ...{ id, kind, cvss: vector === null ? null : readCvss(vector) },
  })

  it('the default weights are 100 together, and a team changes single ones', () => {
    expect(mostOf(DEFAULT_WEIGHTS)).toBe(100)
    expect(mostOf(weightsWith({ lines: 0, publisher: 30 }))).toBe(120)
  })

  it.each<[Partial<RiskFacts>, string[]]>([
    [{}, [usage]],
    [{ usage: known('runtime') }, ['usage 3: used at run time']],
    [
      { advisoriesNew: known([one('A', 'vulnerability', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')]) },
      ['advisory-new 25: A (vulnerability 9.8)', usage],
    ],
    [{ advisoriesNew: known([one('A', 'unmaintained')]) }, ['advisory-new 8: A (unmaintained)', usage]],
    [{ advisoriesOld: known([one('A', 'vulnerability')]) }, ['advisory-old 2: A (vulnerability)', usage]],
    [{ yanked: known(true) }, ['yanked 4: yanked', usage]],
    [{ provenance: known('mismatch') }, ['provenance 8: files differ from the repository', usage]],
    [{ publisher: known({ kind: 'new', name: 'x', before: 'y' }) }, ['publisher 8: new: x, after y', usage]],
    [{ releaseAge: known(3) }, ['release-age 3: 3 days old', usage]],
    [{ releaseAge: known(1) }, ['release-age 3: 1 day old', usage]],
    [{ buildScript: known({ has: true, isChanged: false }) }, ['build-script 3: build script, unchanged', usage]],
    [{ buildScript: known({ has: true, isChanged: true }) }, ['build-script 6: build script, new or changed', usage]],
    [{ unsafeNew: known(1) }, ['unsafe-change 1: 1 new or changed place', usage]],
    [{ audit: known('first') }, ['first-audit 3: the first audit of this crate', usage]],
    [{ lines: known(12_345) }, ['lines 2: 12,345 lines', usage]],
    [{ depth: known(7) }, [usage, 'depth 1: 6 packages away from this workspace']],
    [
      { provenance: { state: 'unknown', reason: 'not checked', source: 'provenance' } },
      ['provenance 8: not checked', usage],
    ],
  ])('%j', (change, want) => expect(shown(change)).toEqual(want))
})
