/**
 * What the command line of a start asks for: `--workspace=PATH` or `--sample` (from `npm start`), an `assay://` link (from
 * the system), or a folder (from a shell). Everything else on it is Chromium's or nobody's.
 */
import path from 'node:path'
import { brand } from '../../../shared/domain.ts'
import { LINK_SCHEME, parseDeepLink, type LaunchRequest } from '../../../shared/launch.ts'

const workspaceAt = (folder: string, cwd: string): LaunchRequest => ({
  kind: 'workspace',
  path: brand<'AbsolutePath'>(path.resolve(cwd, folder)),
})

/**
 * `args`: without the program itself. `mayBeFolder`: a bare word is a folder; false where it may be the program's own
 * script. Null when nothing is asked for. A malformed link asks for nothing.
 */
export function readStartArguments(args: readonly string[], cwd: string, mayBeFolder: boolean): LaunchRequest | null {
  const given = args.find(arg => arg.startsWith('--workspace='))
  if (given !== undefined) return workspaceAt(given.slice('--workspace='.length), cwd)
  const link = args.find(arg => arg.startsWith(`${LINK_SCHEME}:`))
  if (link !== undefined) return parseDeepLink(link)
  if (args.includes('--sample')) return { kind: 'last-or-sample' }
  if (!mayBeFolder) return null
  const folder = args.find(arg => !arg.startsWith('-') && arg !== '')
  return folder === undefined ? null : workspaceAt(folder, cwd)
}
