/**
 * The words of `assay advisories`. The JSON has the shape of `cargo audit --json`, so that what reads the one reads the
 * other; what is not known has keys of its own. Text of the database is made harmless for the terminal.
 */
import type { AdvisoriesAnswer } from '../../engine/session/advisories-command.ts'
import type { AdvisoryDatabaseInfo } from '../../../shared/risk.ts'
import { harmless } from './harmless.ts'

type Report = AdvisoriesAnswer['report']
type Finding = Report['vulnerabilities'][number]

/** Ends with a newline. */
export function humanAdvisories({ report, database, lock }: AdvisoriesAnswer, nowMs: number): string {
  const blocks: string[] = []
  for (const found of report.vulnerabilities) blocks.push(block(found, null))
  for (const [kind, list] of Object.entries(report.warnings)) for (const found of list) blocks.push(block(found, kind))
  for (const { name, version } of report.yanked)
    blocks.push(
      rows([
        ['Crate', name],
        ['Version', version],
        ['Warning', 'yanked'],
      ]),
    )
  const warnings = blocks.length - report.vulnerabilities.length
  const lines = [
    `${report.packageCount} packages in ${lock.file}, ${database.advisories} advisories, ${databaseAge(database, nowMs)}.`,
    `${counted(report.vulnerabilities.length, 'vulnerability', 'vulnerabilities')}, ${counted(warnings, 'warning', 'warnings')}.`,
  ]
  if (database.reason !== null) lines.push(`Note: ${database.reason}.`)
  for (const { package: one, reason } of report.unsure)
    lines.push(`Unknown: ${one.name} ${one.version} may be hit by more: ${reason}.`)
  if (report.yankedUnknown.length > 0)
    lines.push(
      `Unknown: whether ${listed(report.yankedUnknown)} ${report.yankedUnknown.length === 1 ? 'was' : 'were'} yanked.`,
    )
  return harmless(`${[...blocks, lines.join('\n')].join('\n\n')}\n`)
}

function block({ package: one, advisory, fixedBy }: Finding, warning: string | null): string {
  const { cvss, patched } = advisory
  const upgrade = fixedBy === null ? '' : ` (nearest published: ${fixedBy})`
  const table: [string, string][] = [
    ['Crate', one.name],
    ['Version', one.version],
    ...(warning === null ? [] : [['Warning', warning] satisfies [string, string]]),
    ['Title', advisory.title],
    ['Date', advisory.date],
    ['ID', [advisory.id, ...advisory.aliases].join(', ')],
  ]
  if (advisory.url !== null) table.push(['URL', advisory.url])
  if (cvss !== null)
    table.push([
      'Severity',
      cvss.score === null ? cvss.vector : `${cvss.score.toFixed(1)} (${cvss.severity}), ${cvss.vector}`,
    ])
  if (patched.length > 0) table.push(['Solution', `Upgrade to ${patched.join(' OR ')}${upgrade}`])
  else if (warning === null) table.push(['Solution', 'No fixed upgrade is available!'])
  return rows(table)
}

const rows = (table: readonly (readonly [string, string])[]): string =>
  table.map(([name, value]) => `${`${name}:`.padEnd(10)}${value.replace(/\s+/g, ' ')}`).join('\n')

const counted = (n: number, one: string, many: string): string => `${n === 0 ? 'No' : n} ${n === 1 ? one : many}`

/** `database 9 days old`; an age that nobody knows says so. */
export function databaseAge({ fetchedAt }: AdvisoryDatabaseInfo, nowMs: number): string {
  if (fetchedAt === null) return 'database of unknown age'
  const minutes = Math.max(0, Math.floor((nowMs - fetchedAt) / 60_000))
  if (minutes < 60) return `database ${minutes} min old`
  const [n, unit] = minutes < 48 * 60 ? [Math.floor(minutes / 60), 'hour'] : [Math.floor(minutes / 1_440), 'day']
  return `database ${n} ${unit}${n === 1 ? '' : 's'} old`
}

const listed = (packages: readonly { readonly name: string; readonly version: string }[]): string => {
  const names = packages.slice(0, 5).map(p => `${p.name} ${p.version}`)
  return packages.length > 5 ? `${names.join(', ')} and ${packages.length - 5} more` : names.join(', ')
}

/** Two blanks of indent and a newline at the end, as the other reports. */
export function jsonAdvisories({ report, database, lock }: AdvisoriesAnswer): string {
  const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  const packageOf = ({ name, version, source, checksum, dependencies }: Finding['package']) => ({
    ...{ name, version, source, checksum },
    dependencies: dependencies.map(at => {
      const one = lock.packages[at]!
      return { name: one.name, version: one.version, source: one.source }
    }),
  })
  const findingOf = ({ package: one, advisory, fixedBy }: Finding) => ({
    advisory: {
      id: advisory.id,
      package: advisory.crate,
      title: advisory.title,
      description: advisory.description,
      date: advisory.date,
      aliases: advisory.aliases,
      cvss: advisory.cvss?.vector ?? null,
      score: advisory.cvss?.score ?? null,
      informational: advisory.informational,
      url: advisory.url,
      withdrawn: advisory.withdrawn,
    },
    versions: { patched: advisory.patched, unaffected: advisory.unaffected },
    package: packageOf(one),
    fixed_by: fixedBy,
  })
  const warnings: Record<string, unknown> = {}
  for (const [kind, list] of Object.entries(report.warnings))
    if (list.length > 0) warnings[kind] = list.map(found => ({ kind, ...findingOf(found) }))
  if (report.yanked.length > 0)
    warnings['yanked'] = report.yanked.map(one => ({ kind: 'yanked', package: packageOf(one), advisory: null }))
  const { vulnerabilities } = report
  return `${JSON.stringify(
    {
      database: {
        'advisory-count': database.advisories,
        'last-commit': database.commit,
        'last-updated': isoOf(database.committedAt),
        'fetched-at': isoOf(database.fetchedAt),
        state: database.state,
        unread: database.unread,
        reason: database.reason,
      },
      lockfile: { 'dependency-count': report.packageCount },
      vulnerabilities: {
        found: vulnerabilities.length > 0,
        count: vulnerabilities.length,
        list: vulnerabilities.map(findingOf),
      },
      warnings,
      unknown: {
        advisories: report.unsure.map(({ package: { name, version }, reason }) => ({ name, version, reason })),
        yanked: report.yankedUnknown.map(({ name, version }) => ({ name, version })),
      },
    },
    null,
    2,
  )}\n`
}
