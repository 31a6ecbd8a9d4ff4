/**
 * Which files have to be read for the criteria aimed at. Pure. The criteria that cargo-vet brings along are about what
 * is compiled and run; of others nobody here knows what they ask for, so there only what cargo never builds for those who
 * depend on the crate is left to the reader.
 */
import type { FileGroup, ReviewFile } from './wire.ts'

const BUILT_IN: ReadonlySet<string> = new Set(['safe-to-run', 'safe-to-deploy'])
const RUN: ReadonlySet<FileGroup> = new Set(['build', 'source', 'ffi', 'binary'])
const NEVER_BUILT: ReadonlySet<FileGroup> = new Set(['tests', 'benches', 'examples'])

/** Whether only criteria of cargo-vet's own are aimed at. */
const areBuiltIn = (criteria: readonly string[]): boolean =>
  criteria.length > 0 && criteria.every(name => BUILT_IN.has(name))

/** The manifest is required in any case: it says what is compiled, and with what. */
export function isRequired(file: Pick<ReviewFile, 'path' | 'group'>, criteria: readonly string[]): boolean {
  if (!areBuiltIn(criteria)) return !NEVER_BUILT.has(file.group)
  if (file.path === 'Cargo.toml') return true
  if (file.group === 'generated') return /\.rs(\.in)?$/.test(file.path) || file.path.startsWith('src/')
  return RUN.has(file.group)
}

/** Whether nothing in a group has to be read. An empty group is judged by what it is for. */
export function isOptionalGroup(
  group: FileGroup,
  files: readonly Pick<ReviewFile, 'path' | 'group'>[],
  criteria: readonly string[],
): boolean {
  const members = files.filter(file => file.group === group)
  if (members.length > 0) return !members.some(file => isRequired(file, criteria))
  return areBuiltIn(criteria) ? !RUN.has(group) && group !== 'generated' : NEVER_BUILT.has(group)
}
