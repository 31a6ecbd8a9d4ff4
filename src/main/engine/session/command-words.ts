/**
 * The words of a command line that mean something to the engine: versions, requirements, days, modes and depths. Small,
 * because it is loaded before anything else.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { parseVersionReq, renderVersionReq } from '../core/version-req.ts'
import { parseVetVersion } from '../core/version.ts'

export { isIsoDate } from '../core/dates.ts'
export type { FetchMode } from '../core/fetch-mode.ts'
export type { GraphDepth } from '../core/graph-text.ts'

/** The canonical version, or why it is none. */
export const readVersion = (text: string): Result<VetVersion, string> => parseVetVersion(text)

/** The requirement as cargo-vet writes it, or why it is none. */
export function readRequirement(text: string): Result<string, string> {
  const parsed = parseVersionReq(text)
  return parsed.ok ? ok(renderVersionReq(parsed.value)) : parsed
}
