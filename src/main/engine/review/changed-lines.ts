/**
 * The removed and added lines of a whole change, from one run of git over both folders. Lines are compared as bytes
 * (one character each), so that text which is not valid UTF-8 is not taken for equal.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { diffFolders } from './git-diff.ts'
import type { LineRun } from './moved-blocks.ts'

export interface ChangedLines {
  readonly removed: readonly LineRun[]
  readonly added: readonly LineRun[]
}

/** @failure git-not-found, git-failed */
export async function changedLines(
  caps: Pick<Capabilities, 'processes' | 'temp' | 'host' | 'files'>,
  folders: { readonly oldFolder: AbsolutePath; readonly newFolder: AbsolutePath },
  run: Run,
): Promise<Result<ChangedLines, Failure>> {
  const options = ['--no-prefix', '--ignore-cr-at-eol', '--diff-algorithm=histogram', '-U0', '--inter-hunk-context=0']
  const output = await diffFolders(caps, folders, options, run)
  if (!output.ok) return output
  const text = Buffer.from(output.value).toString('latin1')
  return ok(parseChangedLines(text, folders.oldFolder, folders.newFolder))
}

/**
 * Reads a `-U0 --no-prefix` diff, each byte one character. A hunk's own counts say where it
 * ends: a removed line may look like a heading.
 */
export function parseChangedLines(text: string, oldFolder: string, newFolder: string): ChangedLines {
  const [removed, added]: [LineRun[], LineRun[]] = [[], []]
  const lines = text.split('\n')
  let [oldPath, newPath]: [string | null, string | null] = [null, null]
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (line.startsWith('diff --git ')) [oldPath, newPath] = [null, null]
    else if (line.startsWith('--- ')) oldPath = pathIn(oldFolder, line.slice(4))
    else if (line.startsWith('+++ ')) newPath = pathIn(newFolder, line.slice(4))
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk === null) continue
    const take = (count: number, sign: string): string[] => {
      const taken: string[] = []
      while (taken.length < count && lines[i + 1]?.startsWith(sign) === true)
        taken.push(lines[++i]!.slice(1).replace(/\r$/, ''))
      // "\ No newline at end of file"
      if (lines[i + 1]?.startsWith('\\') === true) i += 1
      return taken
    }
    const gone = take(Number(hunk[2] ?? 1), '-')
    const come = take(Number(hunk[4] ?? 1), '+')
    if (oldPath !== null && gone.length > 0) removed.push({ path: oldPath, line: Number(hunk[1]), lines: gone })
    if (newPath !== null && come.length > 0) added.push({ path: newPath, line: Number(hunk[3]), lines: come })
  }
  return { removed, added }
}

/** Null for no file. git ends a name that holds a blank with a tab, and quotes one that holds stranger bytes. */
function pathIn(folder: string, printed: string): string | null {
  const plain = printed.replace(/\t$/, '')
  const bytes = plain.startsWith('"') ? unquoted(plain.slice(1, -1)) : plain
  const at = Buffer.from(bytes, 'latin1').toString('utf8')
  // Without a prefix git leaves out the first slash of the folder, though not of /dev/null.
  const base = `${folder.replaceAll('\\', '/').replace(/^\//, '')}/`
  return at.startsWith(base) ? at.slice(base.length) : null
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' }

/** Undoes git's C-style quoting: `\303` is a byte, `\n` and its like are themselves. */
function unquoted(text: string): string {
  return text.replace(/\\([0-7]{3}|.)/g, (_all, what: string) =>
    what.length === 3 ? String.fromCharCode(parseInt(what, 8)) : (ESCAPES[what] ?? what),
  )
}
