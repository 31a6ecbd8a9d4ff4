/**
 * Local packages that look like published ones: the check before `check`, what `regenerate audit-as-crates-io` writes,
 * and what `init` sets in a new store. The registry's web API says how it describes a crate; where it cannot be asked,
 * a crate counts as unlike any published one, as with cargo-vet.
 */
import type { AbsolutePath, CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import {
  auditAsProblems,
  checkAuditAs,
  needsDescription,
  settleAuditAs,
  type AuditAsIssues,
  type DescribedAs,
} from '../core/audit-as.ts'
import type { CargoMetadata } from '../core/cargo-metadata.ts'
import type { ConfigFile, VetStore } from '../core/store-model.ts'
import type { CrateMetadata, WebApi } from '../io/web-api.ts'
import { commitStore, readStore } from '../store/load-store.ts'
import { renderStore } from '../store/write-store.ts'
import type { CommandOptions } from './commands.ts'
import { locateStore } from './flow.ts'
import type { Wrote } from './store-commands.ts'

interface Asked {
  readonly metadata: CargoMetadata
  /** As stored. */
  readonly store: VetStore
  readonly webApi: Pick<WebApi, 'metadata'>
  /** False under --frozen: then only what was fetched earlier counts, and nothing is said against a policy. */
  readonly isOnline: boolean
}

/** What unlocked `check` asks for before it resolves. @failure audit-as-invalid */
export async function requireAuditAs(asked: Asked, run: Run): Promise<Result<null, Failure>> {
  const { issues } = await findIssues(asked, run)
  const problems = auditAsProblems(issues)
  return problems.length === 0 ? ok(null) : fail({ code: 'audit-as-invalid', problems })
}

/** The configuration with every issue settled, for a new store too. */
async function settledConfig(asked: Asked, run: Run): Promise<ConfigFile> {
  const { issues, described } = await findIssues(asked, run)
  await describe(
    asked,
    issues.needs.map(n => n.crate),
    described,
    run,
  )
  return settleAuditAs(asked.store.config, asked.metadata, issues, lookup(described))
}

/** Asks neither cargo-vet's peers nor for a store that can be resolved. @failure workspace, cargo and store codes */
export async function regenerateAuditAs(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  const located = await locateStore(caps, options, run)
  if (!located.ok) return located
  const { metadata, root, storeDir } = located.value
  const loaded = await readStore(caps, storeDir, options, run.signal)
  if (!loaded.ok) return loaded
  const { store, sha256: base } = loaded.value
  const settled = await settleStore(caps, options, store, { ...metadata, workspaceRoot: root }, run)
  if (!settled.ok) return settled
  const texts = renderStore(settled.value.store)
  const written = await commitStore(caps, { storeDir, base, texts }, run.signal)
  return written.ok ? ok({ files: written.value.written, warnings: [] }) : written
}

/** The store with its policies settled, on disk or not. @failure registry-config */
export async function settleStore(
  caps: Capabilities,
  options: CommandOptions,
  store: VetStore,
  metadata: CargoMetadata,
  run: Run,
): Promise<Result<{ readonly store: VetStore; readonly warnings: readonly string[] }, Failure>> {
  const { openSources } = await import('./command-sources.ts')
  const root = metadata.workspaceRoot === '' ? options.path : (metadata.workspaceRoot as AbsolutePath)
  const sources = await openSources(caps, root, { offline: options.frozen, cacheDir: options.cacheDir })
  if (!sources.ok) return sources
  try {
    const { webApi } = sources.value
    const config = await settledConfig({ metadata, store, webApi, isOnline: !options.frozen }, run)
    return ok({ store: { ...store, config }, warnings: [] })
  } finally {
    await sources.value.close()
  }
}

type Described = Map<CrateName, CrateMetadata | null>

async function findIssues(
  asked: Asked,
  run: Run,
): Promise<{ readonly issues: AuditAsIssues; readonly described: Described }> {
  const described: Described = new Map()
  await describe(asked, needsDescription(asked), described, run)
  return { issues: checkAuditAs({ ...asked, describedAs: lookup(described) }), described }
}

const lookup =
  (described: Described): DescribedAs =>
  crate =>
    described.get(crate) ?? null

/** PARITY cargo-vet 0.10.3: a crate that cannot be looked up counts as not published, in silence. */
async function describe(asked: Asked, crates: readonly CrateName[], described: Described, run: Run): Promise<void> {
  await Promise.all(
    crates.map(async crate => {
      if (described.has(crate)) return
      const answer = await asked.webApi.metadata(crate, run)
      described.set(crate, answer.ok ? answer.value : null)
    }),
  )
  run.signal.throwIfAborted()
}
