/**
 * How git is called when the bytes it reads may be hostile, or when its answer must not depend on the user's
 * settings. Pure: gives arguments and an environment, runs nothing. Callers pass argument arrays, never a shell,
 * and put `--` before data. The user's own repository actions (io/git.ts) do not use this.
 */

/**
 * Goes before the git command. Nothing here changes what a diff contains: cargo-vet's sizes are git's defaults.
 * NOTE: never `-c diff.external=`: git then tries to run the empty command. Diffs pass GIT_DIFF_ARGS instead.
 */
export const GIT_SAFE_ARGS: readonly string[] = [
  ...['-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'core.fsmonitor=false'],
  ...['-c', 'core.safecrlf=false'],
  ...['-c', 'core.autocrlf=false'],
  ...['-c', 'core.attributesFile=/dev/null'],
  ...['-c', 'core.pager=cat'],
  ...['-c', 'credential.helper='],
  ...['-c', 'protocol.ext.allow=never'],
  ...['-c', 'safe.bareRepository=explicit'],
  ...['-c', 'transfer.fsckObjects=true'],
]

/** Go after `diff`: no program named by configuration or attributes is run. */
export const GIT_DIFF_ARGS: readonly string[] = ['--no-ext-diff', '--no-textconv', '--no-color']

/** What git needs from the host to start at all; everything else is left out. */
const KEPT = ['PATH', 'Path', 'PATHEXT', 'SYSTEMROOT', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH']

/**
 * The whole environment for git: the search path and fixed settings, so that no user or system configuration,
 * prompt, pager, hook, filter or surrounding repository takes part. GIT_DIR points nowhere: good for `diff --no-index`
 * and `hash-object`; pass `--git-dir` explicitly for anything that reads a repository.
 */
export function gitEnv(hostEnv: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of KEPT) {
    const value = hostEnv[name]
    if (value !== undefined) env[name] = value
  }
  return {
    ...env,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_DIR: '/nonexistent',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
  }
}

/** Historic slips that old but honest repositories carry; nothing we read depends on them. */
const TOLERATED_SLIPS = [
  ...['zeroPaddedFilemode', 'missingSpaceBeforeDate', 'badTimezone', 'missingEmail', 'missingNameBeforeEmail'],
  ...['missingSpaceBeforeEmail', 'badEmail', 'badName', 'badDate', 'badDateOverflow', 'zeroPaddedDate'],
  ...['missingTaggerEntry', 'badTagName', 'nulInCommit', 'badFilemode', 'gitmodulesUrl', 'gitmodulesPath'],
  ...['gitmodulesName', 'gitmodulesParse', 'gitmodulesMissing', 'gitmodulesUpdate', 'gitmodulesLarge'],
  ...['gitmodulesBlob', 'gitmodulesSymlink', 'gitattributesMissing', 'gitattributesLarge'],
  ...['gitattributesLineLength', 'gitattributesBlob', 'extraHeaderEntry', 'treeNotSorted', 'duplicateEntries'],
]

/**
 * Go before `fetch` and `ls-remote` of a repository that nobody vouches for: one named protocol, no redirect to another
 * one, no credentials, no maintenance, everything received kept as one pack and checked. Submodules, attributes and
 * hooks are never acted upon (nothing is checked out), so what fsck says of them is no reason to refuse.
 */
export function gitFetchArgs(protocol: 'https' | 'http' | 'file'): readonly string[] {
  return [
    ...GIT_SAFE_ARGS,
    ...['-c', 'protocol.allow=never', '-c', `protocol.${protocol}.allow=always`],
    ...['-c', 'http.followRedirects=initial', '-c', 'core.askPass='],
    ...['-c', 'http.lowSpeedLimit=500', '-c', 'http.lowSpeedTime=30'],
    ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'fetch.unpackLimit=1', '-c', 'pack.threads=2'],
    ...[
      '-c',
      'core.bigFileThreshold=32m',
      '-c',
      'fetch.recurseSubmodules=no',
      '-c',
      'advice.fetchShowForcedUpdates=false',
    ],
    ...TOLERATED_SLIPS.flatMap(id => ['-c', `fetch.fsck.${id}=ignore`]),
  ]
}

/** How the machine reaches the network; a company's proxy and certificates are its own. */
const NETWORK_NAMES =
  /^(?:https?_proxy|all_proxy|no_proxy|ssl_cert_file|ssl_cert_dir|curl_ca_bundle|git_ssl_cainfo|git_ssl_capath)$/i

/**
 * The environment for `fetch` and `ls-remote`: `gitEnv` with one protocol allowed, and no request of memory above 1 GiB
 * met (an object that claims to be larger ends git instead of the machine).
 * NOTE: lazy fetches stay off here above all: a history with a hole makes git fetch from within fetch without an end.
 */
export function gitFetchEnv(
  hostEnv: Readonly<Record<string, string>>,
  protocol: 'https' | 'http' | 'file',
): Record<string, string> {
  const env = gitEnv(hostEnv)
  for (const [name, value] of Object.entries(hostEnv)) if (NETWORK_NAMES.test(name)) env[name] = value
  return { ...env, GIT_ALLOW_PROTOCOL: protocol, GIT_ASKPASS: '', SSH_ASKPASS: '', GIT_ALLOC_LIMIT: '1024m' }
}
