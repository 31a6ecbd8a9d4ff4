/**
 * What went wrong, as plain data: it crosses every door, lands in logs, and drives each screen unchanged.
 * One closed union, one place that words it. A new code does not compile until it is described below.
 * Paths in a failure are as the user gave them or absolute; text from crates or peers is quoted, never trusted.
 */
import { assertNever } from './result.ts'

/** A place in a text file. Line and column are 1-based; column counts UTF-16 units; `offset`, `length` are UTF-8 bytes. */
export interface FilePlace {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly offset: number
  readonly length: number
}

/** One finding in a store file. Several are collected before anything is reported. */
export interface StoreProblem {
  readonly message: string
  readonly help: string | null
  readonly place: FilePlace | null
}

export type Failure =
  // workspace and cargo
  | { readonly code: 'not-a-workspace'; readonly path: string; readonly reason: string }
  | { readonly code: 'cargo-not-found'; readonly tried: string }
  | {
      readonly code: 'cargo-metadata-failed'
      readonly command: string
      readonly exitCode: number | null
      readonly stderr: string
    }
  | { readonly code: 'cargo-metadata-unreadable'; readonly reason: string }
  | { readonly code: 'lockfile-missing'; readonly path: string }
  | { readonly code: 'lockfile-unreadable'; readonly path: string; readonly reason: string }
  // store
  | { readonly code: 'store-missing'; readonly path: string }
  | { readonly code: 'store-exists'; readonly path: string }
  | { readonly code: 'store-io'; readonly path: string; readonly reason: string }
  | { readonly code: 'store-toml'; readonly file: string; readonly problem: StoreProblem }
  | { readonly code: 'store-invalid'; readonly problems: readonly StoreProblem[] }
  | { readonly code: 'store-outdated'; readonly stored: string; readonly supported: string }
  | { readonly code: 'store-newer'; readonly stored: string; readonly supported: string }
  | { readonly code: 'store-locked'; readonly path: string; readonly waitedMs: number }
  | { readonly code: 'store-changed'; readonly files: readonly string[] }
  // criteria, policy, certify
  | {
      readonly code: 'criteria-unknown'
      readonly name: string
      readonly usedBy: string
      readonly known: readonly string[]
    }
  | { readonly code: 'criteria-cycle'; readonly name: string }
  | { readonly code: 'criteria-redefined'; readonly name: string }
  | { readonly code: 'criteria-too-many'; readonly count: number; readonly limit: number }
  | { readonly code: 'criteria-none-chosen' }
  | { readonly code: 'policy-invalid'; readonly problems: readonly StoreProblem[] }
  | {
      readonly code: 'aggregate-mismatch'
      readonly mismatches: readonly {
        readonly criteria: string
        readonly what: 'description' | 'implies'
        readonly first: { readonly source: string; readonly text: string }
        readonly second: { readonly source: string; readonly text: string }
      }[]
    }
  | { readonly code: 'package-unknown'; readonly name: string; readonly version: string | null }
  | { readonly code: 'version-ambiguous'; readonly name: string; readonly versions: readonly string[] }
  | { readonly code: 'version-invalid'; readonly text: string; readonly reason: string }
  | { readonly code: 'identity-missing'; readonly missing: string }
  // publishers
  /** `publisher` null: nobody is known to have published the crate. */
  | { readonly code: 'publisher-unknown'; readonly crate: string; readonly publisher: string | null }
  | { readonly code: 'publisher-ambiguous'; readonly crate: string; readonly publishers: readonly string[] }
  | { readonly code: 'wildcard-end-date'; readonly end: string; readonly latest: string }
  /** `publisher` null: no package fails or is exempted. */
  | { readonly code: 'nothing-to-trust'; readonly publisher: string | null; readonly skipped: readonly string[] }
  | { readonly code: 'audit-as-invalid'; readonly problems: readonly StoreProblem[] }
  // registry, archives, cache
  | { readonly code: 'offline'; readonly needed: string }
  | {
      readonly code: 'download-failed'
      readonly url: string
      readonly httpStatus: number | null
      readonly reason: string
      readonly retryable: boolean
    }
  | { readonly code: 'registry-config'; readonly file: string; readonly reason: string }
  | { readonly code: 'crate-not-in-registry'; readonly crate: string; readonly version: string | null }
  | {
      readonly code: 'checksum-mismatch'
      readonly crate: string
      readonly expectedSha256: string
      readonly actualSha256: string
      readonly source: string
    }
  | { readonly code: 'archive-truncated'; readonly crate: string; readonly reason: string }
  | { readonly code: 'archive-hostile'; readonly crate: string; readonly entry: string | null; readonly rule: string }
  | { readonly code: 'cache-io'; readonly path: string; readonly reason: string }
  // imports
  | {
      readonly code: 'import-invalid'
      readonly importName: string
      readonly reason: string
      readonly help: string | null
    }
  | {
      readonly code: 'criteria-changed'
      readonly changes: readonly { readonly importName: string; readonly criterion: string; readonly diff: string }[]
    }
  | { readonly code: 'peer-unknown'; readonly name: string; readonly registry: string }
  // git, review
  | { readonly code: 'git-not-found'; readonly tried: string }
  | { readonly code: 'git-failed'; readonly command: string; readonly exitCode: number | null; readonly stderr: string }
  | { readonly code: 'git-source-unsupported'; readonly crate: string; readonly version: string }
  | { readonly code: 'file-not-in-review'; readonly path: string }
  | { readonly code: 'review-unknown'; readonly review: string }
  | { readonly code: 'provenance-not-run'; readonly crate: string; readonly version: string }
  // advisories
  | { readonly code: 'advisories-unreadable'; readonly path: string; readonly reason: string }
  | { readonly code: 'advisories-fetch-failed'; readonly url: string; readonly reason: string }
  // team
  /** The remote with the team's events. `said`: git's or the server's own words, printable. */
  | {
      readonly code: 'team-remote'
      readonly kind: 'refused' | 'credentials' | 'gone' | 'unreachable' | 'timeout' | 'too-large' | 'busy' | 'failed'
      readonly address: string
      readonly branch: string
      readonly said: string
    }
  // the rest
  | { readonly code: 'no-workspace-open' }
  | { readonly code: 'undo-unavailable'; readonly reason: string }
  | { readonly code: 'request-invalid'; readonly call: string; readonly reason: string }
  | { readonly code: 'usage'; readonly message: string }
  /** Understood, and cannot be done as things are. */
  | { readonly code: 'refused'; readonly message: string; readonly help: string | null }
  | { readonly code: 'unsupported'; readonly what: string; readonly instead: string | null }
  | { readonly code: 'engine-stopped'; readonly reason: string }
  /** No answer came: the call may have been carried out or not. */
  | { readonly code: 'engine-unreachable'; readonly reason: string }
  | { readonly code: 'internal'; readonly message: string }
  | { readonly code: 'cancelled' }

/** The words for a failure. `title`: what and where. `cause`: why, when known. `help`: the next thing to do. */
export interface FailureWords {
  readonly title: string
  readonly cause: string | null
  readonly help: string | null
}

const placeText = (place: FilePlace | null): string =>
  place === null ? '' : `${place.file}:${place.line}:${place.column}: `

/** One line for each problem of a store, prefixed by `file:line:column:` where known. */
export function storeProblemText(problem: StoreProblem): string {
  return placeText(problem.place) + problem.message
}

const words = (title: string, cause: string | null = null, help: string | null = null): FailureWords => ({
  title,
  cause,
  help,
})

function mismatchText(m: (Failure & { code: 'aggregate-mismatch' })['mismatches'][number]): string {
  const side = ({ source, text }: { readonly source: string; readonly text: string }) =>
    `  ${source || 'an earlier source'}: ${JSON.stringify(text)}`
  return `the ${m.what} of '${m.criteria}' differs:\n${side(m.first)}\n${side(m.second)}`
}

const KEPT = 'What you wrote is kept and is sent with the next sync.'

function teamRemoteWords(f: Failure & { code: 'team-remote' }): FailureWords {
  const said = f.said === '' ? null : f.said
  switch (f.kind) {
    case 'refused':
      return words(
        `${f.address} does not take the branch ${f.branch}`,
        said,
        `Ask who looks after it for the right to push ${f.branch}, or name another repository in assay.toml. ${KEPT}`,
      )
    case 'credentials':
      return words(
        `${f.address} asks for credentials that git does not have`,
        said,
        `Run \`git ls-remote ${f.address}\` in a terminal once, so that git or ssh remembers them. ${KEPT}`,
      )
    case 'gone':
      return words(
        `there is no repository at ${f.address}, or it is hidden from you`,
        said,
        `Correct the address. ${KEPT}`,
      )
    case 'unreachable':
      return words(`${f.address} cannot be reached`, said, KEPT)
    case 'timeout':
      return words(`${f.address} did not answer in time`, said, KEPT)
    case 'too-large':
      return words(`the branch ${f.branch} of ${f.address} is larger than is read`, said, KEPT)
    case 'busy':
      return words(`others wrote to ${f.branch} each time we tried to`, said, `Sync again. ${KEPT}`)
    case 'failed':
      return words(`git could not sync the branch ${f.branch} with ${f.address}`, said, KEPT)
  }
}

/** A sentence for the user, the cause, and where there is one, the next thing to try. Total over the union. */
export function describeFailure(f: Failure): FailureWords {
  switch (f.code) {
    case 'not-a-workspace':
      return words(
        `${f.path} is not a Cargo workspace`,
        f.reason,
        'Choose the folder that holds Cargo.toml and Cargo.lock.',
      )
    case 'cargo-not-found':
      return words(
        'cargo was not found',
        `tried ${f.tried}`,
        'Install Rust, or set the CARGO variable to the path of cargo.',
      )
    case 'cargo-metadata-failed':
      return words(
        `'${f.command}' failed${f.exitCode === null ? '' : ` with exit code ${f.exitCode}`}`,
        f.stderr.trim() || null,
        'Run `cargo generate-lockfile` if Cargo.lock is missing or out of date, then try again.',
      )
    case 'cargo-metadata-unreadable':
      return words("the output of 'cargo metadata' could not be read", f.reason, 'Check that CARGO names a real cargo.')
    case 'lockfile-missing':
      return words(`${f.path} does not exist`, null, 'Run `cargo generate-lockfile` in the workspace.')
    case 'lockfile-unreadable':
      return words(
        `${f.path} could not be read`,
        f.reason,
        'Run `cargo generate-lockfile`, or restore the file from git.',
      )
    case 'store-missing':
      return words(`no cargo-vet store at ${f.path}`, null, 'Run `cargo vet init` there, or pass --store-path.')
    case 'store-exists':
      return words(`a cargo-vet store already exists at ${f.path}`, null, 'Remove the folder to start again.')
    case 'store-io':
      return words(
        `${f.path} could not be read or written`,
        f.reason,
        'Check that the file exists and that you may write it.',
      )
    case 'store-toml':
      return words(storeProblemText(f.problem), null, f.problem.help ?? `Correct ${f.file}; nothing was changed.`)
    case 'store-invalid':
      return words(
        f.problems.length === 1 && f.problems[0] !== undefined
          ? storeProblemText(f.problems[0])
          : `the cargo-vet store has ${f.problems.length} problems`,
        f.problems.length === 1 ? null : f.problems.map(storeProblemText).join('\n'),
        f.problems.find(p => p.help !== null)?.help ?? 'Correct the places named; nothing was changed.',
      )
    case 'store-outdated':
      return words(
        `the store has version ${f.stored}, older than ${f.supported}`,
        null,
        'Run `assay fmt` once to bring the store to the current version.',
      )
    case 'store-newer':
      return words(
        `the store has version ${f.stored}, newer than ${f.supported}`,
        'it was written by a newer cargo-vet than Assay knows',
        'Update Assay. Nothing was changed.',
      )
    case 'store-locked':
      return words(
        `${f.path} is locked by another program`,
        `waited ${Math.round(f.waitedMs / 1000)} s for cargo-vet's lock`,
        'Wait for the running cargo vet to end, then try again.',
      )
    case 'store-changed':
      return words(
        `${f.files.join(', ')} changed on disk since the preview`,
        null,
        'Look at the new preview, then write again. Nothing was written.',
      )
    case 'criteria-unknown':
      return words(`'${f.name}' is not a known criteria (${f.usedBy})`, null, `Known: ${f.known.join(', ')}.`)
    case 'criteria-cycle':
      return words(`criteria '${f.name}' implies itself`, null, "Remove one 'implies' on the loop in audits.toml.")
    case 'criteria-redefined':
      return words(
        `criteria '${f.name}' is built in and cannot be redefined`,
        null,
        'Remove or rename it in audits.toml.',
      )
    case 'criteria-too-many':
      return words(
        `${f.count} criteria are defined, ${f.limit} are supported`,
        null,
        'Remove criteria from audits.toml.',
      )
    case 'criteria-none-chosen':
      return words('no criteria chosen, nothing to certify', null, 'Name at least one with --criteria.')
    case 'policy-invalid':
      return words(
        f.problems.length === 1 && f.problems[0] !== undefined
          ? storeProblemText(f.problems[0])
          : `there are ${f.problems.length} problems with the policy table in config.toml`,
        f.problems.length === 1 ? null : f.problems.map(storeProblemText).join('\n'),
        f.problems.find(p => p.help !== null)?.help ?? null,
      )
    case 'aggregate-mismatch':
      return words(
        `the sources disagree on ${f.mismatches.length === 1 ? 'a criterion' : `${f.mismatches.length} points about criteria`}`,
        f.mismatches.map(mismatchText).join('\n'),
        'Agree with the owners of the sources on one meaning, or leave a source out.',
      )
    case 'package-unknown':
      return words(
        `'${f.name}${f.version === null ? '' : `:${f.version}`}' isn't one of your foreign packages`,
        null,
        'use --force to ignore this error',
      )
    case 'version-ambiguous':
      return words(`'${f.name}' has several versions in the graph`, f.versions.join(', '), 'Name the version.')
    case 'version-invalid':
      return words(`'${f.text}' is not a version`, f.reason, 'Write MAJOR.MINOR.PATCH, or MAJOR.MINOR.PATCH@git:HASH.')
    case 'identity-missing':
      return words(
        `git has no ${f.missing}`,
        'audits name who wrote them',
        `Run \`git config --global ${f.missing} …\`, or name yourself with --who.`,
      )
    case 'publisher-unknown':
      return f.publisher === null
        ? words(
            `The package '${f.crate}' has no known publishers, so cannot be trusted`,
            null,
            'Publishers come from the registry: run without --locked and --frozen.',
          )
        : words(
            `'${f.publisher}' has not published any relevant version of '${f.crate}'`,
            null,
            `please specify a user who has published a version of '${f.crate}'`,
          )
    case 'publisher-ambiguous':
      return words(
        `The package '${f.crate}' has multiple known publishers, please explicitly specify which publisher to trust`,
        f.publishers.join(', '),
      )
    case 'wildcard-end-date':
      return words(
        `end date of ${f.end} is too far in the future`,
        null,
        `wildcard audit end dates may be at most 1 year in the future (${f.latest})`,
      )
    case 'nothing-to-trust':
      return f.publisher === null
        ? words('No failing or exempted crates, trust --all will do nothing')
        : words(
            `No failing or exempted packages published by ${f.publisher}`,
            f.skipped.length === 0 ? null : `skipped for having several publishers: ${f.skipped.join(', ')}`,
            f.skipped.length === 0 ? null : 'Run with --allow-multiple-publishers to also trust these packages.',
          )
    case 'audit-as-invalid':
      return words(
        'There are some issues with your policy.audit-as-crates-io entries',
        f.problems.map(p => (p.help === null ? p.message : `${p.message}\n${p.help}`)).join('\n'),
        'Run `assay regenerate audit-as-crates-io` to set them all.',
      )
    case 'offline':
      return words(
        `offline, and ${f.needed} is not in the cache`,
        null,
        'Go online; on the command line, run once without --frozen.',
      )
    case 'download-failed':
      return words(
        `could not download ${f.url}`,
        f.httpStatus === null ? f.reason : `HTTP ${f.httpStatus}: ${f.reason}`,
        f.retryable ? 'Try again, or work offline.' : null,
      )
    case 'registry-config':
      return words(`the registry settings in ${f.file} cannot be used`, f.reason, 'Correct cargo’s configuration.')
    case 'crate-not-in-registry':
      return words(`the registry does not have ${f.crate}${f.version === null ? '' : ` ${f.version}`}`)
    case 'checksum-mismatch':
      return words(
        `${f.crate} does not have the checksum stated by ${f.source}`,
        `expected ${f.expectedSha256}, got ${f.actualSha256}`,
        'Do not review or certify this archive. Clear it from the cache and fetch again; if it persists, report it to the registry.',
      )
    case 'archive-truncated':
      return words(
        `the archive of ${f.crate} is cut short or damaged`,
        f.reason,
        'Clear it from the cache and fetch it again.',
      )
    case 'archive-hostile':
      return words(
        `the archive of ${f.crate} was refused${f.entry === null ? '' : ` because of ${JSON.stringify(f.entry)}`}`,
        f.rule,
        'Nothing was unpacked. An archive like this is not made by cargo; treat the release as suspect.',
      )
    case 'cache-io':
      return words(
        `the cache file ${f.path} could not be used`,
        f.reason,
        'Check free space and permissions, or set another cache folder.',
      )
    case 'import-invalid':
      return words(`the import '${f.importName}' cannot be used`, f.reason, f.help)
    case 'criteria-changed':
      return words(
        'Some of your imported audits changed their criteria descriptions',
        f.changes.map(c => `${c.importName}'s '${c.criterion}' criteria changed:\n\n${c.diff}`).join('\n'),
        'Read the new definition, then run `assay regenerate imports` to accept it.',
      )
    case 'peer-unknown':
      return words(`no peer named ${f.name} found in the registry`, `looked in ${f.registry}`, 'Name its address.')
    case 'git-not-found':
      return words('git was not found', `tried ${f.tried}`, 'Install git 2.30 or newer.')
    case 'git-failed':
      return words(
        `'${f.command}' failed${f.exitCode === null ? '' : ` with exit code ${f.exitCode}`}`,
        f.stderr.trim() || null,
      )
    case 'git-source-unsupported':
      return words(`${f.crate} ${f.version} comes from a git repository, which cannot be opened yet`)
    case 'file-not-in-review':
      return words(`${JSON.stringify(f.path)} is not part of this review`)
    case 'review-unknown':
      return words(`review ${f.review} is not open`, null, 'Open it again from the queue.')
    case 'provenance-not-run':
      return words(`the provenance of ${f.crate} ${f.version} was not checked yet`, null, 'Check it first.')
    case 'advisories-unreadable':
      return words(`no advisories could be read in ${f.path}`, f.reason, null)
    case 'advisories-fetch-failed':
      return words(`the advisories could not be fetched from ${f.url}`, f.reason, null)
    case 'team-remote':
      return teamRemoteWords(f)
    case 'no-workspace-open':
      return words('no workspace is open', null, 'Open a folder first.')
    case 'undo-unavailable':
      return words('the last write cannot be undone', f.reason)
    case 'request-invalid':
      return words(`the request ${f.call} was not understood`, f.reason)
    case 'usage':
      return words(f.message)
    case 'refused':
      return words(f.message, null, f.help)
    case 'unsupported':
      return words(`${f.what} is not supported yet`, null, f.instead)
    case 'engine-stopped':
      return words('the engine stopped', f.reason, 'It was started again. Nothing that was saved is lost.')
    case 'engine-unreachable':
      return words(
        'Assay does not answer',
        f.reason,
        'What was just done may not be saved. Do it again once it answers.',
      )
    case 'internal':
      return words('Assay has a bug', f.message, 'Please report it with the text above. No file was changed.')
    case 'cancelled':
      return words('cancelled')
    default:
      return assertNever(f)
  }
}

/** A failure as lines of plain text: title, cause indented, help. For the command line and logs. */
export function failureText(f: Failure): string {
  const { title, cause, help } = describeFailure(f)
  const lines = [title]
  if (cause !== null) lines.push(...cause.split('\n').map(line => `  ${line}`))
  if (help !== null) lines.push(`help: ${help}`)
  return lines.join('\n')
}
