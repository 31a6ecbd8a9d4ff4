/**
 * cargo vet's `check` without --locked: imports and publishers as they are now, look-alikes of published crates asked
 * about, and on success what the verdict rests on taken into imports.lock, with warnings about what could go. A failing
 * check writes nothing.
 * PARITY cargo-vet 0.10.3 src/main.rs cmd_check.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { expiringInput, renewExpiring } from '../core/renew.ts'
import { resolve } from '../core/resolve.ts'
import { formatShortList } from '../core/short-list.ts'
import type { VetStore } from '../core/store-model.ts'
import { sincePublished } from '../core/unpublished.ts'
import { updateStore, type UpdateMode } from '../core/update-store.ts'
import { commitStore } from '../store/load-store.ts'
import { renderStore } from '../store/write-store.ts'
import { requireAuditAs } from './audit-as-command.ts'
import { reportOutcome, reportWithSuggestions, type CommandOptions, type ReportOutcome } from './commands.ts'
import type { LoadedWorkspace } from './flow.ts'
import { liveStoreOf, withSources } from './live-store.ts'
import type { LiveStore } from './online.ts'

/** Takes in what is needed and changes nothing else. */
const MINIMAL_MODE: UpdateMode = {
  search: 'prefer-exemptions',
  pruneExemptions: false,
  pruneNonImportable: false,
  pruneImports: false,
}
/** What `prune` would do; `import` and `regenerate imports` do it. */
const PRUNE_MODE: UpdateMode = {
  search: 'prefer-fresh-imports',
  pruneExemptions: true,
  pruneNonImportable: true,
  pruneImports: true,
}

/** @failure as goOnline and commitStore, registry-config, audit-as-invalid, criteria codes */
export async function checkOnline(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  run: Run,
): Promise<Result<ReportOutcome, Failure>> {
  return withSources(caps, options, workspace, async sources => {
    const live = await liveStoreOf(workspace, sources, {}, run)
    if (!live.ok) return live
    const { metadata, loaded, graph, mapper } = workspace
    const { webApi } = sources
    const asked = await requireAuditAs({ metadata, store: loaded.store, webApi, isOnline: !options.frozen }, run)
    if (!asked.ok) return asked
    const { store, isFresh, remarks } = live.value
    const report = resolve({ graph, store, mapper, isFresh })
    if (!report.ok) return report
    if (report.value.conclusion === 'fail (vetting)') {
      const { hints } = options
      const input = { command: 'check' as const, report: report.value, store, isFresh, warnings: remarks, hints }
      return reportWithSuggestions(caps, sources, workspace, input, run)
    }
    if (report.value.conclusion !== 'success') return ok(reportOutcome('check', report.value, null, remarks))
    const taken = await takeIn(caps, options, workspace, live.value, run)
    return taken.ok ? ok(reportOutcome('check', report.value, null, [...remarks, ...taken.value])) : taken
  })
}

/** Writes the minimal update; answers what could be done beyond it. */
async function takeIn(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  live: LiveStore,
  run: Run,
): Promise<Result<readonly string[], Failure>> {
  const { graph, mapper, loaded } = workspace
  const { store, isFresh } = live
  const pruned = updateStore({ graph, store, mapper, isFresh, modeFor: () => PRUNE_MODE })
  if (!pruned.ok) return pruned
  const minimal = updateStore({ graph, store, mapper, isFresh, modeFor: () => MINIMAL_MODE })
  if (!minimal.ok) return minimal
  const { storeDir, sha256: base } = loaded
  const texts = renderStore(minimal.value)
  const written = await commitStore(caps, { storeDir, base, texts }, run.signal)
  if (!written.ok) return written
  return ok([
    ...pruneWarning(minimal.value, pruned.value),
    ...publishedWarning(pruned.value, live),
    ...expiryWarnings(minimal.value, live, options),
  ])
}

/** The first kind of thing that `prune` would take away. */
function pruneWarning(now: VetStore, pruned: VetStore): string[] {
  const advice = (what: string) => `\n  Consider running \`assay prune\` to prune unnecessary ${what}.`
  if (!isSame(now.config.exemptions, pruned.config.exemptions)) {
    const what = 'Your supply-chain has unnecessary exemptions which could be relaxed or pruned.'
    return [what + advice('exemptions and imports')]
  }
  if (!isSame(now.imports, pruned.imports))
    return ['Your supply-chain has unnecessary imports which could be pruned.' + advice('imports')]
  if (!isSame(now.audits.audits, pruned.audits.audits))
    return ['Your supply-chain has unnecessary audits which could be pruned.' + advice('audits')]
  return []
}

function isSame(a: unknown, b: unknown): boolean {
  const plain = (_key: string, value: unknown): unknown =>
    value instanceof Map ? [...value] : typeof value === 'bigint' ? String(value) : value
  return JSON.stringify(a, plain) === JSON.stringify(b, plain)
}

function publishedWarning(pruned: VetStore, live: LiveStore): string[] {
  const still = new Set([...pruned.imports.unpublished.values()].flat().filter(live.isStillUnpublished))
  const crates = sincePublished(pruned.imports.unpublished, still)
  if (crates.length === 0) return []
  return [
    `Your supply-chain depends on previously unpublished versions of ${formatShortList(crates)} which have since been published.\n` +
      '  Consider running `assay regenerate unpublished` to remove these entries.',
  ]
}

function expiryWarnings(store: VetStore, live: LiveStore, { today }: CommandOptions): string[] {
  const input = { ...expiringInput(today), includeInactive: false, liveReleases: live.store.imports.publisher }
  const ending = renewExpiring(store, input, today).renewed
  const ended = new Map(
    renewExpiring(store, { ...input, soon: today }, today).renewed.map(r => [r.crate, r.publishers.length]),
  )
  const expiring = ending.filter(r => r.publishers.length > (ended.get(r.crate) ?? 0)).map(r => r.crate)
  if (ending.length === 0) return []
  const sentences: string[] = []
  if (ended.size > 0)
    sentences.push(
      `Your audit set contains wildcard audits for ${formatShortList([...ended.keys()])} which have expired.`,
    )
  if (expiring.length > 0) {
    const crates = formatShortList(expiring)
    sentences.push(`Your audit set contains wildcard audits for ${crates} which expire within the next six weeks.`)
  }
  const advice =
    '  Consider running `assay renew --expiring` or adding `renew = false` to the wildcard entries in audits.toml.'
  return [`${sentences.join('\n')}\n${advice}`]
}
