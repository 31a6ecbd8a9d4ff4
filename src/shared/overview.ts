/**
 * The overview as plain data: where each package's trust comes from, what is left to read, every exemption and what would
 * let it go, and how the store came to be. What is not known is null or says why; it is never 0.
 * Days are `YYYY-MM-DD`, UTC; instants milliseconds since the epoch; lines insertions plus deletions, as cargo-vet counts.
 */
import { z } from 'zod'
import { absolutePath, criteriaName, crateName, packageKeySchema, vetVersion } from './wire.ts'

const count = z.number().int().nonnegative()
export const day = z.string().regex(/^\d{4}-\d\d-\d\d$/)
const oid = z.string().regex(/^[0-9a-f]{40}$/)

/**
 * What a package rests on. `own` and `peer`: somebody read it. `wildcard` and `trusted`: its publisher is vouched for,
 * nobody read it. `unpublished`: taken for a published version. `partial`: audits on top of an exemption.
 */
export const coverageKind = z.enum([
  'own',
  'peer',
  'wildcard',
  'trusted',
  'unpublished',
  'partial',
  'exemption',
  'failing',
  'violation',
])
export type CoverageKind = z.infer<typeof coverageKind>

export const coverageSource = z.object({
  kind: coverageKind,
  /** Of `peer`, and of a `wildcard` of a peer's; else null. */
  importName: z.string().nullable(),
  /** Each package counts once: at the weakest step of its audit paths. */
  packages: z.array(packageKeySchema),
  /** Packages with any step of this source on the paths that make them pass. */
  used: count,
})
export type CoverageSource = z.infer<typeof coverageSource>

/** Adds up to `total`, the packages that cargo-vet checks. Strongest first. */
export const coverage = z.object({ total: count, sources: z.array(coverageSource) })
export type Coverage = z.infer<typeof coverage>

/** Sums of known sizes; packages of unknown size are counted apart. */
export const readingSum = z.object({
  packages: count,
  lines: count,
  measuring: count,
  unknown: count,
  largest: z.object({ key: packageKeySchema, crate: crateName, lines: count }).nullable(),
})
export type ReadingSum = z.infer<typeof readingSum>

export const backlog = z.object({
  /** What fails now. */
  failing: readingSum,
  /** What passes only by an exemption. */
  exempted: readingSum,
  /** A package that misses two criteria counts in both rows. */
  byCriterion: z.array(z.object({ criterion: criteriaName, failing: readingSum, exempted: readingSum })),
})
export type Backlog = z.infer<typeof backlog>

export const exemption = z.object({
  key: packageKeySchema,
  crate: crateName,
  version: vetVersion,
  criteria: z.array(z.string()),
  /** False: marked `suggest = false` in config.toml. */
  suggest: z.boolean(),
  notes: z.string().nullable(),
  /** A package of this version is in the graph now. */
  isInGraph: z.boolean(),
  /** False: `prune` would drop it, or a part of its criteria. Null: the crate fails, so nothing of it is dropped. */
  isNeeded: z.boolean().nullable(),
  /** The reading that would replace it; null when not known. */
  lines: count.nullable(),
})
export type ExemptionFact = z.infer<typeof exemption>

export const overviewState = z.object({
  name: z.string(),
  today: day,
  takenAt: z.number(),
  /** As the queue's. */
  generation: count,
  counts: z.object({ fully: count, partially: count, exempted: count, failing: count, total: count }),
  coverage,
  backlog,
  /** In byte order of crates, then by version. */
  exemptions: z.array(exemption),
  /** Items that fail now, for their ages. */
  failing: z.array(packageKeySchema),
})
export type OverviewState = z.infer<typeof overviewState>

/** Lines of what is known; null when nothing is, so that it is never taken for 0. */
export const knownLines = ({ packages, lines, unknown, measuring }: ReadingSum): number | null =>
  packages > 0 && unknown + measuring === packages ? null : lines

// ── history ──────────────────────────────────────────────────────────────────────────────────

export const historyWeek = z.object({
  monday: day,
  exemptions: count,
  audits: count,
  wildcards: count,
  trusted: count,
  /** Registry packages of Cargo.lock; null: it was not there or is not in the repository. */
  packages: count.nullable(),
  /** Derived: packages of Cargo.lock whose very version has an exemption. */
  exemptedPackages: count.nullable(),
  auditsAdded: count,
  exemptionsAdded: count,
  exemptionsRemoved: count,
})
export type HistoryWeek = z.infer<typeof historyWeek>

export const historyEvent = z.object({
  day,
  commit: oid,
  kind: z.enum(['import', 'policy', 'criteria', 'trusted', 'exemptions']),
  title: z.string(),
  /** First line of the commit's message: somebody's text. */
  subject: z.string(),
})
export type HistoryEvent = z.infer<typeof historyEvent>

/** `isAtLeast`: it was there at the oldest commit that is known, so it may be older. */
export const since = z.object({ key: packageKeySchema, day, isAtLeast: z.boolean() })
export type Since = z.infer<typeof since>

/** A straight line through the last weeks, drawn on; never a promise. */
export const projection = z.discriminatedUnion('kind', [
  /** `perWeek` is how many exemptions went, net, in each of the last `weeks`. */
  z.object({ kind: z.literal('falling'), weeks: count, perWeek: z.number(), weeksToZero: count, zeroAt: day }),
  z.object({ kind: z.literal('not-falling'), weeks: count }),
  z.object({ kind: z.literal('too-short') }),
  z.object({ kind: z.literal('none-left') }),
])
export type Projection = z.infer<typeof projection>

export const history = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    /** Every week from the first to this one; the last is as the files are now, committed or not. */
    weeks: z.array(historyWeek).max(2_000),
    /** Oldest first. */
    events: z.array(historyEvent),
    projection,
    /** Of the exemptions that are there now; one that is not listed is not committed yet. */
    exemptionSince: z.array(since),
    /** Since when the failing packages' versions are in Cargo.lock. */
    packageSince: z.array(since),
    /** What this history does not know, one sentence each. */
    caveats: z.array(z.string()),
    /** Audits per week of each `who`, for the weeks above; null while assay.toml does not turn it on. */
    people: z.array(z.object({ who: z.string(), weeks: z.array(count) })).nullable(),
  }),
  /** `reason` is one sentence. */
  z.object({ state: z.literal('unavailable'), reason: z.string() }),
])
export type History = z.infer<typeof history>

// ── what would let an exemption go ───────────────────────────────────────────────────────────

export const helper = z.object({
  kind: z.enum(['peer', 'publisher']),
  name: z.string(),
  /** Exemptions that would not be needed with it. */
  removes: z.array(packageKeySchema),
  /** When the peer's file was fetched; null for publishers. */
  fetchedAt: z.number().nullable(),
})
export type Helper = z.infer<typeof helper>

export const help = z.object({
  /** Most first. A publisher's releases would be trusted without anybody reading them. */
  helpers: z.array(helper),
  /** Known peers of whom nothing can be said, and why. */
  unknownPeers: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Exempted versions whose publisher is not known here. */
  unknownPublishers: count,
})
export type Help = z.infer<typeof help>

// ── reports and exports ──────────────────────────────────────────────────────────────────────

export const reportFormat = z.enum(['markdown', 'html'])
export type ReportFormat = z.infer<typeof reportFormat>

/** One entry of audits.toml that the base does not have. */
export const newEntry = z.object({
  crate: crateName,
  kind: z.enum(['audit', 'violation', 'wildcard', 'trusted']),
  /** `1.0.0 -> 1.1.0`, `1.0.0`, a requirement, or a publisher. */
  what: z.string(),
  criteria: z.array(z.string()),
  who: z.array(z.string()),
})
export type NewEntry = z.infer<typeof newEntry>

export const auditsPlan = z.object({
  base: z.object({ name: z.string(), commit: oid }),
  /** A branch name that is free. */
  branch: z.string(),
  entries: z.array(newEntry),
  /** Changes of the store that belong to none of the entries and stay out, one sentence each. */
  leftOut: z.array(z.string()),
})
export type AuditsPlan = z.infer<typeof auditsPlan>

export const branchMade = z.object({
  branch: z.string(),
  base: oid,
  commits: z.array(z.object({ commit: oid, subject: z.string() })),
  /** What the user types to send it; nothing is ever pushed from here. */
  pushCommand: z.string(),
})
export type BranchMade = z.infer<typeof branchMade>

/** A chart or its numbers as the page made it. */
export const chartFile = z.object({
  folder: absolutePath,
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}\.(png|csv)$/),
  base64: z.string().max(32 << 20),
})

export const exportKind = z.enum(['patches', 'aggregate', 'queue-csv', 'queue-json', 'report-markdown', 'report-html'])
export type ExportKind = z.infer<typeof exportKind>

export const written = z.object({ path: absolutePath, files: z.array(z.string()) })

// ── joining ──────────────────────────────────────────────────────────────────────────────────

/** What the team keeps of an exemption; the fields of team.ts that are shown here. */
export interface ExemptionTerms {
  readonly crate: string
  readonly version: string
  readonly owner: string
  readonly reason: string
  readonly reviewBy: string
  readonly removal: string | null
}

export interface ExemptionRow extends ExemptionFact {
  /** Null: not known, because there is no history or it is not read yet. `uncommitted`: only in the working tree. */
  readonly since: { readonly day: string; readonly isAtLeast: boolean } | 'uncommitted' | null
  readonly ageDays: number | null
  readonly terms: ExemptionTerms | null
  readonly isOverdue: boolean
  /** Names of those whose audits or releases would let it go. */
  readonly helpers: readonly Helper[]
}

/** Days from one day to a later one; negative when it is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}

/** Every exemption with all that is known of it: oldest first, then those not committed, then those of unknown age. */
export function exemptionRows(
  { exemptions, today }: Pick<OverviewState, 'exemptions' | 'today'>,
  past: History | null,
  kept: readonly ExemptionTerms[],
  known: Help | null,
): readonly ExemptionRow[] {
  const sinceByKey = new Map(past?.state === 'known' ? past.exemptionSince.map(one => [one.key, one]) : [])
  const termsByKey = new Map(kept.map(terms => [`${terms.crate}@${terms.version}`, terms]))
  const helpersByKey = new Map<string, Helper[]>()
  for (const one of known?.helpers ?? []) {
    for (const key of one.removes) helpersByKey.set(key, [...(helpersByKey.get(key) ?? []), one])
  }
  const rows = exemptions.map((fact): ExemptionRow => {
    const found = sinceByKey.get(fact.key)
    const terms = termsByKey.get(fact.key) ?? null
    return {
      ...fact,
      since:
        found !== undefined
          ? { day: found.day, isAtLeast: found.isAtLeast }
          : past?.state === 'known'
            ? 'uncommitted'
            : null,
      ageDays: found === undefined ? null : Math.max(0, daysBetween(found.day, today)),
      terms,
      isOverdue: terms !== null && terms.reviewBy < today,
      helpers: helpersByKey.get(fact.key) ?? [],
    }
  })
  const rank = (row: ExemptionRow) => (row.since === null ? 2 : row.since === 'uncommitted' ? 1 : 0)
  return rows.sort((a, b) => rank(a) - rank(b) || (b.ageDays ?? 0) - (a.ageDays ?? 0))
}

export interface Ages {
  readonly medianDays: number
  readonly oldest: { readonly key: string; readonly days: number; readonly isAtLeast: boolean }
  /** Of how many; the others' age is not known. */
  readonly known: number
  readonly unknown: number
}

/** How long what fails has been in Cargo.lock; null when nothing is known of any. */
export function agesOf(
  { failing, today }: Pick<OverviewState, 'failing' | 'today'>,
  past: History | null,
): Ages | null {
  if (past?.state !== 'known') return null
  const sinceByKey = new Map(past.packageSince.map(one => [one.key, one]))
  const ages = failing
    .flatMap(key => {
      const found = sinceByKey.get(key)
      return found === undefined
        ? []
        : [{ key, days: Math.max(0, daysBetween(found.day, today)), isAtLeast: found.isAtLeast }]
    })
    .sort((a, b) => a.days - b.days)
  const oldest = ages.at(-1)
  if (oldest === undefined) return null
  const middle = Math.floor(ages.length / 2)
  const [low, high] = [ages[ages.length % 2 === 0 ? middle - 1 : middle], ages[middle]]
  const medianDays = Math.round(((low?.days ?? 0) + (high?.days ?? 0)) / 2)
  return { medianDays, oldest, known: ages.length, unknown: failing.length - ages.length }
}
