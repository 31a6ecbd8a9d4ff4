/** The texts of `assay help` and `assay help COMMAND`. One place, plain text, 100 columns. */

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
  --no-registry-suggestions  do not ask which peers would help
  --use-git-credentials      ask git for the logins of peers
  --no-minimize-exemptions   accepted for compatibility, without effect there as well`

const EXIT = `Exit codes: 0 success; 255 a failed check or a reported error; 2 a command line that was not understood.`

const TOPICS: Readonly<Record<string, string>> = {
  check: `assay check [OPTIONS]

Checks that every third-party package has the audits it needs. Default command. Exit code 255 when it fails.
Nothing is ever written. Without --locked the peers' audits stored in imports.lock are used as they are, with a
note that they were not refreshed, and suggestions are added when the check fails.

  --team             also hold the audits in audits.toml against the team's rules ([team.rules] of assay.toml): how many
                     sign for a criterion, who may, who may not alone. Fails when one does not meet them
  --team-base COMMIT only audits that are not there at that commit, as for a pull request

With --output-format json the rules' answer stands under \`team\` in cargo-vet's object.`,
  suggest: `assay suggest [OPTIONS]

What to read next, smallest first: like check with the exemptions taken away (those with suggest = false stay).
Sizes are measured as cargo-vet measures them. Always exits with 0 unless the store cannot be read.`,
  fmt: `assay fmt [OPTIONS]

Rewrites config.toml, audits.toml and imports.lock in cargo-vet's canonical form. Files that are in that form are
not touched.`,
  certify: `assay certify [OPTIONS] PACKAGE VERSION            a full audit
assay certify [OPTIONS] PACKAGE FROM TO            an audit of the change
assay certify [OPTIONS] [PACKAGE]                  of what was last inspected or diffed

  --criteria NAME    may be repeated; default: the criteria that are missing and that this audit would give
  --who WHO          may be repeated; default: user.name and user.email of git
  --notes TEXT       kept with the audit
  --accept-all       do not ask
  --force            also for a package that is not in the graph

Shows what would change in each of the three files and what that resolves, asks, then writes under cargo-vet's lock.
Without a terminal it writes only with --accept-all and never waits for an answer.`,
  init: `assay init [OPTIONS]

Creates the store with an exemption for everything that needs an audit, so that check passes from the start.`,
  inspect: `assay inspect [OPTIONS] PACKAGE VERSION

  --mode MODE        local (a shell in its folder), diff.rs, crates.io (default) or custom_url=TEMPLATE with
                     {package} and {version}; the last one used is the default

Shows what one would certify for, then opens the sources. certify then needs no version.`,
  diff: `assay diff [OPTIONS] PACKAGE VERSION1 VERSION2

  --mode MODE        local (printed here), diff.rs (default) or custom_url=TEMPLATE with {package}, {version1} and
                     {version2}; the last one used is the default

Shows what one would certify for, then the changes. certify then needs no versions.`,
  import: `assay import [OPTIONS] NAME [URL…]

Uses the audits of a peer. Without URL the peer is looked up in the list of known ones.`,
  trust: `assay trust [OPTIONS] PACKAGE [PUBLISHER]
assay trust [OPTIONS] --all PUBLISHER [--allow-multiple-publishers]

  --criteria NAME  --start-date DATE  --end-date DATE  --notes TEXT

Trusts the releases of a publisher.`,
  regenerate: `assay regenerate [OPTIONS] exemptions|imports|audit-as-crates-io|unpublished

  exemptions           as few and as small exemptions as make check pass
  imports              take the peers' audits anew, changed criteria texts included
  audit-as-crates-io   settle this for packages that look like published ones
  unpublished          what unpublished versions are audited as`,
  'add-exemption': `assay add-exemption [OPTIONS] PACKAGE VERSION

  --criteria NAME    may be repeated; default: default-criteria of config.toml
  --notes TEXT       kept with the exemption
  --no-suggest       suggest leaves it in place
  --force            also for a package that is not in the graph`,
  'record-violation': `assay record-violation [OPTIONS] PACKAGE VERSIONS

VERSIONS is a requirement such as '<1.2' or '=1.0.3'. Audits and exemptions that contradict it make check fail.

  --criteria NAME    may be repeated; default: default-criteria of config.toml
  --who WHO          may be repeated; default: user.name and user.email of git
  --notes TEXT       kept with the violation
  --force            also for a package that is not in the graph`,
  prune: `assay prune [OPTIONS]

Removes what check does not need.

  --no-imports  --no-exemptions  --no-audits     leave these as they are`,
  aggregate: `assay aggregate [OPTIONS] FILE

Fetches the audits files whose addresses are in FILE, one a line, and prints them as one. Criteria of the same name
must mean the same; differences are shown with both sides.`,
  'explain-audit': `assay explain-audit [OPTIONS] PACKAGE [VERSION [CRITERIA]]

Which audits lead to the version, or which versions would do. CRITERIA is safe-to-deploy by default.`,
  'dump-graph': `assay dump-graph [OPTIONS]

  --depth DEPTH      roots, workspace, first-party (default), first-party-and-directs or full

Prints the build graph as a mermaid chart, or all of it with --output-format json.`,
  gc: `assay gc [OPTIONS]

  --max-package-age-days DAYS   archives not used for so long go; default 30
  --clean                       everything goes

Cleans cargo-vet's cache folder, or the one of --cache-dir.`,
  renew: `assay renew [OPTIONS] PACKAGE
assay renew [OPTIONS] --expiring [--include-inactive]

Lets wildcard audits run for another year, those of a package or all that end within six weeks.`,
  provenance: `assay provenance [OPTIONS] [--all]               every registry package of Cargo.lock
assay provenance [OPTIONS] NAME [VERSION]         one crate: as the workspace uses it, else its newest release
assay provenance [OPTIONS] --from FILE            a NAME VERSION per line; # starts a comment

Was this crate built from the repository it names? Compares each published archive with the commit it claims, file by
file, by git object id; a single version also byte by byte where the contents are at hand. Nothing of the crate or of
the repository is run. Needs git; no store and no cargo.

  --level compare    (default) without a checkout, or rebuild: also package that commit with the installed cargo,
                     without network, and compare the archives
  --again            also what has a result; results are kept as they come, and a run that was stopped goes on
  --refresh          ask the servers of repositories even when our copies are newer than the releases; checks again
  --offline          use no network: what is cached counts (the same as --locked --frozen)
  --jobs N           checks at once, 1 to 64; default 4
  --site FOLDER      also write the results there as a static site that opens without a server
  --output-format    human (default), json: one list in the order asked for, or ndjson: one record a line, as they come

Repositories are kept as bare mirrors in the cache. ASSAY_GIT_INSTEAD_OF='https://github.com/=file:///mirrors/' names
other places for addresses that start so; the longest fitting start wins, several are separated by blanks.
JSON records list the files that are not equal; equal ones are counted. A version that could not be checked has the
outcome null and a failure.

Exit codes: 0 every version was checked and none differs; 255 one is a mismatch or archive-anomaly that nobody accepted,
or could not be checked; 2 a command line that was not understood; 130 interrupted.`,
  risk: `assay risk [OPTIONS] [PACKAGE]

  --db FOLDER        a copy of the RustSec database; by default it is fetched with git, once a day

What to read first, and why: a score for everything that fails or is exempted, highest first, as the sum of stated
signals. With a package, every summand with its source. What is not known counts with its whole weight. Weights are
changed below [risk.weights] in supply-chain/assay.toml. --locked --frozen uses what is cached.`,
  advisories: `assay advisories [OPTIONS]

  --db FOLDER        a copy of the RustSec database; by default it is fetched with git, once a day
  --file FILE        another Cargo.lock than the workspace's
  --no-fetch         use no network: what is cached counts (the same as --locked --frozen)
  --refresh          fetch even when it was fetched within a day
  --no-yanked        do not ask the registry which packages were yanked

Which advisories hit the packages of Cargo.lock, as cargo audit reports them: vulnerabilities, and warnings about crates
that are unmaintained, unsound, worth a notice or yanked. Needs no store and no cargo. ASSAY_ADVISORY_DB names another
address of the database, ASSAY_GIT_INSTEAD_OF other places for addresses. JSON has the shape of cargo audit's.

Exit codes: 0 no vulnerability is known; 255 there is one, or it could not be looked for; 2 a command line that was not
understood.`,
  queue: `assay queue [OPTIONS]

What fails and what passes only by an exemption, with what is to be read and how much that is.

  --output-format    human (default), json, or csv for a spreadsheet`,
  report: `assay report [OPTIONS]

What changed in the store since a day (from git), on whose word packages pass, what is left to read, and every exemption
with its owner and day of review. Imports count as imports.lock has them.

  --since DATE       for example 2026-01-31; default: the last seven days. Whole weeks are counted
  --format FORMAT    markdown (default) or html: one file without scripts, with charts`,
  export: `assay export [OPTIONS] branch|patches|aggregate

  branch             a new branch with one commit for each audit that the base lacks, ready for a pull request
  patches            the same as patch files in a new folder
  aggregate          audits.toml as others can import or aggregate it, in a new folder

  --branch NAME      default: audits- and the day
  --base COMMIT      default: where this branch left the remote's main branch, else HEAD
  --folder FOLDER    where the new folder goes; default: the current one

Working tree, index and current branch stay as they are; no hook runs and nothing is sent.`,
  'what-if': `assay what-if [OPTIONS] CHANGE…

  --import NAME[=URL]       import the audits of a peer
  --trust CRATE=PUBLISHER   trust the releases of a crate by a publisher
  --trust-all PUBLISHER     the same for every crate to be read that he alone published
  --criteria NAME           what to trust for; may be repeated; default: what the command would propose
  --move CRATE[@FROM]=TO    use another version; approximate, since its dependencies may be others
  --smallest                also: the fewest changes that clear the most, of known peers and of publishers

What would pass, and on whose word, if these changes were made? All but versions are solved exactly as import and trust
would write them, and nothing is written. With --locked imports are as stored, and peers as they were last fetched.
Only measured sizes are counted as lines; the others are unknown. Exit code as that of check afterwards.`,
  team: `assay team [OPTIONS]                              who has what, and how it stands with the remote
assay team news [--seen]                          what others did since you last looked; --seen: until now
assay team log CRATE                              notes and everything said of a crate, with the ids of events
assay team where | join | leave | sync            where the events are kept; nothing is sent there before join
assay team assign CRATE VERSION --to WHO          'Name <email>', '@group', me or nobody
assay team claim CRATE VERSION [--hours N] [--take-over]
assay team release CRATE VERSION
assay team hand-over CRATE VERSION --to WHO [--note TEXT]
assay team state CRATE VERSION STATE [--reason TEXT]
assay team due CRATE VERSION DATE|none
assay team priority CRATE VERSION urgent|high|normal|low|none
assay team note CRATE [VERSION] --text TEXT [--severity remark|question|concern|blocker] [--in-file FILE [--line N[-M]]]
assay team reply NOTE --text TEXT | resolve NOTE | reopen NOTE
assay team sign-off CRATE VERSION [--from VERSION] --criteria NAME [--notes TEXT] [--evidence SHA256]
assay team withdraw SIGN-OFF [--reason TEXT]
assay team exempt CRATE VERSION --reason TEXT --review-by DATE [--owner WHO] [--removal TEXT] | --drop
assay team undo EVENT…

What a team decides is kept as events, one file per author, on the branch assay/team of the workspace's remote origin, or
where supply-chain/assay.toml says: [team] repository = "ADDRESS", branch = "assay/NAME". They go through a private clone;
the working tree is never touched. What is written is on disk first and is sent with the next sync. Commits are signed when
git's commit.gpgsign is set. States: needs-audit, in-review, second-sign-off, ready-to-export, done, blocked, accepted.`,
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
  check             [default] check that the workspace has been vetted
  suggest           what to read next, smallest first
  init              create the store
  inspect, diff     look at a package or at the changes between two versions
  certify           record an audit of a package or of a change
  import            use the audits of a peer
  trust             trust the releases of a publisher
  regenerate        exemptions, imports, audit-as-crates-io or unpublished anew
  add-exemption     let a version pass without an audit
  record-violation  say that versions do not meet criteria
  prune             remove what is not needed
  renew             let wildcard audits run for another year
  explain-audit     which audits lead to a version
  dump-graph        print the build graph
  aggregate         several audits files as one
  fmt               rewrite the store's files in canonical form
  team              who reads what: assignments, notes, sign-offs, kept in git
  queue             what is left to read, for people, spreadsheets and programs
  report            what changed and what is left, as Markdown or HTML
  export            certified audits as a branch, as patches or to publish
  what-if           what a peer, a publisher or another version would clear
  provenance        compare published crates with the repositories they name
  risk              what to read first, and why
  advisories        known vulnerabilities of the packages in Cargo.lock
  gc                clean the cache
  open              start the window
  help              this text, or that of a command: assay help certify
  version           the versions of assay and of the store it writes

${GLOBAL}

${EXIT}
`
}
