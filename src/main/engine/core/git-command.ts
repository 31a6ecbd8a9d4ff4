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
