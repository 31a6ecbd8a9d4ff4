/**
 * All changes between two unpacked crates as one unified diff, as `git diff` writes it: for reading in a terminal.
 * Files that cargo-vet does not count are left out, and the folders are named after the crate's versions.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_DIFF_ARGS } from '../core/git-command.ts'
import { diffFolders } from './git-diff.ts'

interface Side {
  /** Null: nothing, for a full audit. */
  readonly folder: AbsolutePath | null
  /** `CRATE-VERSION`. */
  readonly name: string
}

/** PARITY cargo-vet 0.10.3 src/storage.rs DIFF_SKIP_PATHS. */
const UNCOUNTED = ['Cargo.lock', '.cargo_vcs_info.json', '.cargo-ok']

/** Each byte of git's output as one character (Latin-1), so that nothing of a file is lost. @failure git-not-found, git-failed */
export async function unifiedTreeDiff(
  caps: Pick<Capabilities, 'processes' | 'temp' | 'host' | 'files'>,
  sides: { readonly old: Side; readonly new: Side & { readonly folder: AbsolutePath } },
  run: Run,
): Promise<Result<string, Failure>> {
  const folders = { oldFolder: sides.old.folder, newFolder: sides.new.folder }
  const output = await diffFolders(caps, folders, ['--ignore-cr-at-eol', ...GIT_DIFF_ARGS], run)
  if (!output.ok) return output
  // Only git's own lines start with this: those of a file have a sign or a blank before them.
  const sections = Buffer.from(output.value)
    .toString('latin1')
    .split(/^(?=diff --git )/m)
  const latin = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
  const shown = sections
    .map(section => {
      let named = section
      for (const { folder, name } of [sides.old, sides.new])
        if (folder !== null) named = named.replaceAll(latin(`${folder}/`), latin(`/${name}/`))
      return named
    })
    .filter(section => !UNCOUNTED.some(file => isAbout(section, latin(sides.old.name), latin(sides.new.name), file)))
  return ok(shown.join(''))
}

function isAbout(section: string, oldName: string, newName: string, file: string): boolean {
  const head = section.slice(0, Math.max(0, section.indexOf('\n')))
  return head.endsWith(` b/${newName}/${file}`) || head.endsWith(` b/${oldName}/${file}`)
}
