/**
 * The folder of the private clone: the least that git takes for a bare repository, and the configuration that decides
 * what git may do there. Written whenever the clone is opened, so that it is never an old one or somebody else's.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'
import type { ClonePlace, Committer } from './clone.ts'

/** What was fetched or pushed last. */
export const TIP = 'refs/assay/tip'
const MAX_KNOWN_BYTES = 4 << 20

/** Makes what is not there; what is there as it should be is not written again. */
export async function prepareFolder(
  caps: Capabilities,
  gitDir: AbsolutePath,
  place: ClonePlace,
  { config, knowsSigners }: Pick<Committer, 'config' | 'knowsSigners'>,
): Promise<void> {
  // Without a list of keys to trust git calls a commit with an ssh signature unsigned; with one that is not there it says
  // that the key is unknown.
  const nobody = ['gpg.ssh.allowedSignersFile', path.join(gitDir, 'no-signers')] as const
  const settings = knowsSigners ? config : [...config, nobody]
  for (const folder of ['objects', 'refs']) await caps.files.makeFolder(path.join(gitDir, folder) as AbsolutePath)
  await writeOnce(caps, path.join(gitDir, 'HEAD') as AbsolutePath, 'ref: refs/heads/none\n')
  await writeOnce(caps, path.join(gitDir, 'config') as AbsolutePath, configText(place, settings))
}

/** Not again what is there already: each write waits for the disk. */
async function writeOnce(caps: Capabilities, file: AbsolutePath, text: string): Promise<void> {
  const known = await caps.files.readText(file, MAX_KNOWN_BYTES).catch(() => null)
  if (known !== text) await caps.files.writeAtomic(file, text)
}

/**
 * Stands above the user's and the system's configuration: no hook, no helper program of ours, no maintenance beside us,
 * the protocols people use and no other, everything received checked, and nothing that changes what git prints.
 */
function configText({ address, branch }: ClonePlace, settings: Committer['config']): string {
  const sections: readonly (readonly [key: string, value: string])[] = [
    ['core.repositoryformatversion', '0'],
    ['core.bare', 'true'],
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.askPass', ''],
    ['core.attributesFile', '/dev/null'],
    ['core.autocrlf', 'false'],
    ['core.logAllRefUpdates', 'false'],
    ['core.pager', 'cat'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['transfer.fsckObjects', 'true'],
    ['fetch.prune', 'false'],
    // What comes stays a pack, whose size is watched while it comes; git would take few but large objects out of it.
    ['fetch.unpackLimit', '1'],
    ['push.gpgSign', 'false'],
    ['push.followTags', 'false'],
    ['push.recurseSubmodules', 'no'],
    ['log.showSignature', 'false'],
    ['log.showRoot', 'true'],
    ['diff.renames', 'false'],
    ['http.lowSpeedLimit', '500'],
    ['http.lowSpeedTime', '30'],
    ['protocol.allow', 'never'],
    ...['https', 'http', 'ssh', 'file'].map(name => [`protocol.${name}.allow`, 'always'] as const),
    ['remote.team.url', address],
    ['remote.team.fetch', `+refs/heads/${branch}:${TIP}`],
    ...settings,
  ]
  return sections.map(([key, value]) => configLine(key, value)).join('')
}

/** One setting as git writes it; the value in quotes, so that no text of others ends the line. */
function configLine(key: string, value: string): string {
  const [section = '', ...rest] = key.split('.')
  const name = rest.pop() ?? ''
  const middle = rest.length === 0 ? '' : ` "${quoted(rest.join('.'))}"`
  return `[${section}${middle}]\n\t${name} = "${quoted(value)}"\n`
}

const quoted = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, '').replace(/["\\]/g, '\\$&')
