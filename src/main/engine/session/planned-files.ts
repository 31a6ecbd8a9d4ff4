/** Whether what is about to be written is still what was shown: one rule for everything that has a preview. Pure. */
import type { CallArgs } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { CertifyPlan } from '../../../shared/wire.ts'

const KEY_OF_FILE = { 'audits.toml': 'audits', 'config.toml': 'config', 'imports.lock': 'imports' } as const

/** Null: it is what was shown and may be written. `base` and `planned`: sha256 of the files before and after, as shown. */
export function refusalOf(
  { files, blocks }: Pick<CertifyPlan, 'files' | 'blocks'>,
  { base, planned }: Pick<CallArgs<'certify.write'>, 'base' | 'planned'>,
): Failure | null {
  const differing = files.filter(
    f => f.baseSha256 !== base[KEY_OF_FILE[f.file]] || f.newSha256 !== planned[KEY_OF_FILE[f.file]],
  )
  if (differing.length > 0) return { code: 'store-changed', files: differing.map(f => f.file) }
  return blocks[0] === undefined ? null : { code: 'usage', message: blocks[0] }
}
