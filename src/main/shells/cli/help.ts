/** The texts of `assay help` and `assay help COMMAND`. One place, plain text, 100 columns. */
import { UNSUPPORTED_COMMANDS } from './args.ts'

const GLOBAL = `Options of every command (before or after it), as cargo-vet's:
  --manifest-path PATH       Cargo.toml of the workspace; default: the one above the current folder
  --store-path PATH          the store; default: supply-chain in the workspace
  --cache-dir PATH           read sources from, and keep measured sizes in, this folder as cargo-vet does
  --locked                   do not refresh imports; require the store to be in canonical form
  --frozen                   use no network at all; needs --locked
  --no-all-features  --no-default-features  --features LIST  --cargo-arg ARG  --filter-graph EXPR
  --output-format human|json --output-file PATH  --log-file PATH
  --verbose LEVEL            off, error, warn (default), info, debug or trace
  --current-time TIME        pretend that it is this time, for example 2026-01-31T12:00:00Z
  --no-registry-suggestions --no-minimize-exemptions --use-git-credentials
                             accepted for compatibility, without effect here`

const EXIT = `Exit codes: 0 success; 255 a failed check or a reported error; 2 a command line that was not understood.`

const TOPICS: Readonly<Record<string, string>> = {
  check: `assay check [OPTIONS]

Checks that every third-party package has the audits it needs. Default command. Exit code 255 when it fails.
Nothing is ever written. Without --locked the peers' audits stored in imports.lock are used as they are, with a
note that they were not refreshed, and suggestions are added when the check fails.`,
  suggest: `assay suggest [OPTIONS]

What to read next, smallest first: like check with the exemptions taken away (those with suggest = false stay).
Sizes are measured as cargo-vet measures them. Always exits with 0 unless the store cannot be read.`,
  fmt: `assay fmt [OPTIONS]

Rewrites config.toml, audits.toml and imports.lock in cargo-vet's canonical form. Files that are in that form are
not touched.`,
  certify: `assay certify [OPTIONS] PACKAGE VERSION            a full audit
assay certify [OPTIONS] PACKAGE FROM TO            an audit of the change

  --criteria NAME    may be repeated; default: the criteria that are missing and that this audit would give
  --who WHO          may be repeated; default: user.name and user.email of git
  --notes TEXT       kept with the audit
  --accept-all       do not ask
  --force            also for a package that is not in the graph

Shows what would change in each of the three files and what that resolves, asks, then writes under cargo-vet's lock.
Without a terminal it writes only with --accept-all and never waits for an answer.`,
  open: `assay open [FOLDER]

Starts the window (or, without a display, the browser door) on a workspace.`,
}

/** Help for a command, or the overview for null and unknown topics. Ends with a newline. */
export function helpText(topic: string | null): string {
  const own = topic === null ? undefined : TOPICS[topic]
  if (own !== undefined) return `${own}\n\n${GLOBAL}\n\n${EXIT}\n`
  return `assay: audit Rust dependencies, compatible with cargo-vet 0.10.3

Usage: assay [OPTIONS] [COMMAND]        (also: assay vet [COMMAND])

Commands:
  check      [default] check that the workspace has been vetted
  suggest    what to read next, smallest first
  certify    record an audit of a package or of a change
  fmt        rewrite the store's files in canonical form
  open       start the window
  help       this text, or that of a command: assay help certify
  version    the versions of assay and of the store it writes

Not supported yet, use cargo vet for: ${wrapList(UNSUPPORTED_COMMANDS)}

${GLOBAL}

${EXIT}
`
}

function wrapList(names: readonly string[]): string {
  const half = Math.ceil(names.length / 2)
  return `${names.slice(0, half).join(', ')},\n  ${names.slice(half).join(', ')}`
}
