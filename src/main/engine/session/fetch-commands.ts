/**
 * `inspect` and `diff`: remembers what is looked at, says what one would certify it for, and hands out the address to
 * open, the folder to look into, or the text of the changes. Nothing is shown or asked here.
 * Source: cargo-vet 0.10.3 src/main.rs cmd_inspect, cmd_diff, prompt_criteria_eulas.
 */
import path from 'node:path'
import type { AbsolutePath, CrateName, Delta, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { criteriaDescription } from '../core/criteria.ts'
import { guessCriteria } from '../core/certify.ts'
import { vetVersionOf } from '../core/dep-graph.ts'
import { chooseMode, fetchUrl, type FetchMode, type LastFetch } from '../core/fetch-mode.ts'
import { gitRevOf } from '../core/version.ts'
import { changeHistory, vetCacheDir } from '../io/vet-cache.ts'
import type { CommandOptions } from './commands.ts'
import { solve, type LoadedWorkspace } from './flow.ts'
import { openCommandStore, withSources } from './live-store.ts'

export interface PreparedFetch {
  /** What one is about to do and for what; ends with a newline. */
  readonly text: string
  /** The address to open; null when it is shown on this machine. */
  readonly url: string | null
  readonly warnings: readonly string[]
  /** The folder of an inspected version. @failure registry codes, refused */
  folder(run: Run): Promise<Result<AbsolutePath, Failure>>
  /** The changes as a unified diff, bytes as Latin-1 text. @failure registry codes, git codes */
  diff(run: Run): Promise<Result<string, Failure>>
}

/** Remembers first, as cargo-vet does: also a failed look lets certify guess. @failure as openCommandStore, cache-io, store-locked */
export async function prepareFetch(
  caps: Capabilities,
  options: CommandOptions,
  wish: { readonly fetch: LastFetch; readonly mode: FetchMode | null },
  run: Run,
): Promise<Result<PreparedFetch, Failure>> {
  const { fetch } = wish
  const opened = await openCommandStore(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, store, warnings } = opened.value
  const folder = vetCacheDir(caps, options.cacheDir)
  const chosen = await changeHistory(caps, folder, before => chooseMode(before, fetch, wish.mode), run.signal)
  if (!chosen.ok) return chosen
  const solved = solve(workspace, store)
  if (!solved.ok) return solved
  const delta = deltaOf(fetch)
  const crate = fetch.crate as CrateName
  const names = guessCriteria({ mapper: workspace.mapper, ...solved.value, crate, delta })
  const likely = names.map(name => ({
    name,
    text: criteriaDescription(store.audits, name) ?? '(it has no description)',
  }))
  const unsure = 'unable to determine likely criteria, this may not be a relevant audit for this project.'
  return ok({
    text: fetchText(fetch, likely),
    url: fetchUrl(chosen.value.mode, fetch),
    warnings: likely.length === 0 ? [...warnings, unsure] : warnings,
    folder: again => inspectedFolder(caps, options, workspace, crate, delta.to, again),
    diff: again => changesText(caps, options, workspace, crate, delta, again),
  })
}

function deltaOf(fetch: LastFetch): Delta {
  return fetch.kind === 'inspect' ? { from: null, to: fetch.version } : { from: fetch.version1, to: fetch.version2 }
}

function fetchText(fetch: LastFetch, likely: readonly { readonly name: string; readonly text: string }[]): string {
  const about =
    fetch.kind === 'diff'
      ? `You are about to diff versions ${fetch.version1} and ${fetch.version2} of '${fetch.crate}'`
      : `You are about to inspect version ${fetch.version} of '${fetch.crate}'`
  const parts = likely.map(({ name, text }, i) => {
    const intro =
      i === 0 ? `${about}, likely to certify it for "${name}", which means:` : `... and for "${name}", which means:`
    return `${intro}\n\n  ${text.replaceAll('\n', '\n  ')}\n`
  })
  const read = 'Please read the above criteria and consider them when performing the audit.\n'
  const others = "Other software projects may rely on this audit. Ask for help if you're not sure.\n\n"
  return (parts.length === 0 ? `${about}\n` : parts.join('') + read) + others
}

async function inspectedFolder(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  crate: CrateName,
  version: VetVersion,
  run: Run,
): Promise<Result<AbsolutePath, Failure>> {
  if (gitRevOf(version) !== null) return checkoutFolder(workspace, crate, version)
  return withSources(caps, options, workspace, async ({ registry }) => {
    const unpacked = await registry.unpacked(crate, version, run)
    return unpacked.ok ? ok(unpacked.value.folder) : unpacked
  })
}

/** Where cargo has a git dependency checked out. */
function checkoutFolder(
  { metadata }: LoadedWorkspace,
  crate: CrateName,
  version: VetVersion,
): Result<AbsolutePath, Failure> {
  const found = metadata.packages.find(pkg => pkg.name === crate && vetVersionOf(pkg) === version)
  if (found === undefined)
    return fail({
      code: 'refused',
      message: `no package of the workspace is ${crate} ${version}`,
      help: 'A git revision can be inspected when Cargo.lock uses it.',
    })
  return ok(path.dirname(found.manifestPath) as AbsolutePath)
}

async function changesText(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  crate: CrateName,
  { from, to }: Delta,
  run: Run,
): Promise<Result<string, Failure>> {
  return withSources(caps, options, workspace, async ({ registry }) => {
    const [before, after] = await Promise.all([
      from === null ? ok(null) : registry.unpacked(crate, from, run),
      registry.unpacked(crate, to, run),
    ])
    if (!before.ok) return before
    if (!after.ok) return after
    const { unifiedTreeDiff } = await import('../review/tree-text.ts')
    const sides = {
      old: { folder: before.value?.folder ?? null, name: `${crate}-${from ?? ''}` },
      new: { folder: after.value.folder, name: `${crate}-${to}` },
    }
    return unifiedTreeDiff(caps, sides, run)
  })
}
