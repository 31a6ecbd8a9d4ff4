/** What git says when a remote does not do what is asked, as a failure that names the cause. First rule that fits. */
import type { Failure } from '../../../shared/failure.ts'
import type { GitSaid } from './git-run.ts'

type Kind = (Failure & { code: 'team-remote' })['kind']

const RULES: readonly (readonly [RegExp, Kind])[] = [
  [
    /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|returned error: (?:401|407)|Permission denied \(|Host key verification failed|publickey/i,
    'credentials',
  ],
  [
    /remote rejected|hook declined|protected branch|denied|not permitted|returned error: 403|Permission .* denied|read-only|unable to create temporary object directory|insufficient permission/i,
    'refused',
  ],
  [/does not appear to be a git repository|repository .*not found|not found|returned error: (?:404|410)/i, 'gone'],
  [
    /Could not resolve|Failed to connect|Couldn't connect|Connection refused|Network is unreachable|No route to host|Connection reset|hung up unexpectedly|early EOF|Connection closed/i,
    'unreachable',
  ],
  [/timed out|timeout|Operation too slow/i, 'timeout'],
]

export function remoteFailure(
  said: GitSaid,
  { shown, branch }: { readonly shown: string; readonly branch: string },
): Failure {
  if (said.kind === 'not-found') return { code: 'git-not-found', tried: 'git on the PATH' }
  const kind: Kind =
    said.kind === 'timeout'
      ? 'timeout'
      : said.kind === 'too-much'
        ? 'too-large'
        : (RULES.find(([pattern]) => pattern.test(said.text))?.[1] ?? 'failed')
  return { code: 'team-remote', kind, address: shown, branch, said: spoken(said.text) }
}

/** The lines that say why, at most 400 characters, as printable text without names and passwords. */
function spoken(text: string): string {
  const lines = withoutUser(text)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(?:hint:|exit \d+$|Done$|To )/.test(line))
  const telling = lines.filter(line => /^(?:!|remote:|fatal:|error:|ssh:)|denied|rejected/i.test(line))
  return (telling.length > 0 ? telling : lines)
    .join('; ')
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, ' ')
    .slice(0, 400)
}

/** An address as it may be shown. */
export function withoutUser(text: string): string {
  return text.replace(/([a-z+]+:\/\/)[^/\s@]*:[^/\s@]*@/gi, '$1').replace(/(https?:\/\/)[^/\s@]*@/gi, '$1')
}
