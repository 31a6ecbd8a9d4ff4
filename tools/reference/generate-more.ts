/**
 * Random commands beside the solver's own: entries added by hand, a new store, renewals, canonical form, aggregates.
 * Stores in disorder for `fmt` are made from the canonical text, so that each has the same meaning in another form.
 */
import { brand, type CrateName } from '../../src/shared/domain.ts'
import { parseAuditsFile } from '../../src/main/engine/store/parse-store.ts'
import { renderAuditsFile } from '../../src/main/engine/store/write-store.ts'
import type { Command, StoreFiles } from './case.ts'
import type { GeneratedGraph } from './generate-graph.ts'
import type { Random } from './random.ts'

interface Source {
  readonly random: Random
  readonly graph: GeneratedGraph
  readonly criteria: readonly string[]
  readonly people: readonly string[]
  readonly notes: readonly string[]
  readonly filters: readonly string[]
  /** The store in canonical form. */
  readonly texts: StoreFiles
}

const RANGES = [
  '*',
  '^1',
  '<1.1.0',
  '=1.0.1',
  '>=2,<3',
  '~1.1',
  '>=1.0.0-alpha',
  '1.*',
  ' >1 , <=4.2.0 ',
  '1.2.3',
  'nope',
]
const DEPTHS = ['roots', 'workspace', 'first-party', 'first-party-and-directs', 'full']

export function moreCommands(source: Source): Command[] {
  const { random, filters } = source
  return [
    addExemption(source),
    recordViolation(source),
    { kind: 'init', filters: random.chance(0.3) ? filters : [] },
    { kind: 'mermaid', depth: random.pick(DEPTHS), filters },
    { kind: 'fmt', store: disorder(source) },
    random.chance(0.5)
      ? { kind: 'renew', crate: random.pick(source.graph.crates), includeInactive: false }
      : { kind: 'renew', crate: null, includeInactive: random.chance(0.5) },
    { kind: 'aggregate', files: aggregateFiles(source) },
  ]
}

function someCrate({ random, graph }: Source): string {
  return random.chance(0.08) ? random.pick(['no-such-crate', 'app']) : random.pick(graph.crates)
}

/** None means the store's default; a name that does not exist shows what cargo-vet lets pass. */
function someNames({ random, criteria }: Source): readonly string[] {
  if (random.chance(0.25)) return []
  if (random.chance(0.04)) return ['nowhere']
  return random.shuffled(random.some(criteria, 0.4)).slice(0, 4)
}

function addExemption(source: Source): Command {
  const { random, graph } = source
  const crate = someCrate(source)
  const versions = graph.versionsOf(brand<'CrateName'>(crate))
  return {
    kind: 'add-exemption',
    crate,
    version: versions.length > 0 ? random.pick(versions) : '1.0.0',
    criteria: someNames(source),
    notes: random.chance(0.3) ? random.pick(source.notes) : null,
    noSuggest: random.chance(0.3),
    force: random.chance(0.2),
  }
}

function recordViolation(source: Source): Command {
  const { random } = source
  return {
    kind: 'record-violation',
    crate: someCrate(source),
    range: random.pick(RANGES),
    criteria: someNames(source),
    who: [random.pick(source.people), ...random.some(source.people, 0.2)],
    notes: random.chance(0.3) ? random.pick(source.notes) : null,
    force: random.chance(0.2),
  }
}

// ── fmt ──────────────────────────────────────────────────────────────────────────────────────

function disorder(source: Source): StoreFiles {
  const { random, texts } = source
  if (random.chance(0.1)) return texts
  const config = shuffleTables(
    random,
    random.chance(0.15) ? texts.config.replaceAll('[[exemptions.', '[[unaudited.') : texts.config,
  )
  return {
    config: random.chance(0.1)
      ? config.replace('version = "0.10"', `version = "${random.pick(['0.4', '0.9', '0.11', '1.0'])}"`)
      : config,
    audits: shuffleTables(random, texts.audits),
    imports: shuffleTables(random, texts.imports),
  }
}

/** Whole tables in another order, with comments, blank lines, blanks and other quotes; one line in many is broken. */
function shuffleTables(random: Random, text: string): string {
  const [head = '', ...tables] = text.split(/\n(?=\[)/)
  const body = random.chance(0.5) ? random.shuffled(tables) : tables
  const lines = [head, ...body].join('\n').split('\n')
  const changed = lines.map(line => (isPlain(line) ? changeLine(random, line) : line))
  const ending = random.chance(0.1) ? '\r\n' : '\n'
  return changed.join(ending)
}

/** Not part of a text over several lines. */
const isPlain = (line: string): boolean => /^[a-z-]+ = ("[^"\\]*"|true|false|\d+)$/.test(line) || line.startsWith('[')

function changeLine(random: Random, line: string): string {
  if (random.chance(0.04)) return `# a remark\n${line}`
  if (random.chance(0.04)) return `${line}   # another`
  if (random.chance(0.04)) return `\n\n${line}`
  if (random.chance(0.05)) return line.replace(' = ', '=')
  if (random.chance(0.05) && !line.includes("'")) return line.replace(/"([^"\\]*)"$/, "'$1'")
  if (random.chance(0.05)) return line.replace(/^criteria = (".*")$/, 'criteria = [ $1, ]')
  if (random.chance(0.002)) return line.replace(/^version = .*$/, 'version = "1"')
  if (random.chance(0.002)) return `${line}\nunknown-key = 1`
  return line
}

// ── aggregate ────────────────────────────────────────────────────────────────────────────────

/** Two or three audits files that share much and contradict each other at times. */
function aggregateFiles(source: Source): readonly string[] {
  const { random, texts } = source
  const own = parseAuditsFile(texts.audits, 'audits', 'own')
  if (!own.ok) return [texts.audits]
  const { audits } = own.value
  return Array.from({ length: 1 + random.int(3) }, () => {
    const criteria = new Map([...audits.criteria].filter(() => random.chance(0.8)))
    for (const [name, entry] of criteria) {
      if (random.chance(0.02)) criteria.set(name, { ...entry, description: 'something else' })
      if (random.chance(0.02)) criteria.set(name, { ...entry, implies: [...entry.implies].reverse().slice(1) })
      if (random.chance(0.1)) criteria.set(name, { ...entry, aggregatedFrom: ['https://example.com/first'] })
    }
    const half = <T>(map: ReadonlyMap<CrateName, readonly T[]>) =>
      new Map([...map].map(([crate, list]) => [crate, list.filter(() => random.chance(0.6))] as const))
    const text = renderAuditsFile(
      {
        criteria,
        audits: half(audits.audits),
        wildcardAudits: half(audits.wildcardAudits),
        trusted: half(audits.trusted),
      },
      null,
    )
    return random.chance(0.2) ? text.replace(/\n(criteria = )/, '\nfuture = 1\n$1') : text
  })
}
