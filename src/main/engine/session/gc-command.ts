/** `gc`: cleans cargo-vet's cache folder by cargo-vet's rules. Needs no workspace. */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { cleanCache, collectCache, vetCacheDir } from '../io/vet-cache.ts'
import type { CommandOptions } from './commands.ts'

/** @failure refused (an age that is none), cache-io, store-locked */
export async function collectGarbage(
  caps: Capabilities,
  options: Pick<CommandOptions, 'cacheDir'>,
  wish: { readonly maxPackageAgeDays: number; readonly clean: boolean },
  run: Run,
): Promise<Result<{ readonly folder: AbsolutePath; readonly removed: number }, Failure>> {
  const folder = vetCacheDir(caps, options.cacheDir)
  const { maxPackageAgeDays: days, clean } = wish
  if (!clean && Number.isNaN(days))
    return fail({ code: 'refused', message: 'max package age cannot be NaN', help: null })
  if (!clean && days < 0) return fail({ code: 'refused', message: 'max package age cannot be negative', help: null })
  const collected = clean
    ? await cleanCache(caps, folder, run.signal)
    : await collectCache(caps, folder, days, run.signal)
  return collected.ok ? ok({ folder, removed: collected.value.removed }) : collected
}
