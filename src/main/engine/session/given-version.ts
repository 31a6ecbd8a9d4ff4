/** Versions as a page or a command line gives them: any text until it was read. */
import type { Delta, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { parseVetVersion } from '../core/version.ts'

/** @failure version-invalid, with what cargo-vet would say of it */
export function givenVersion(text: string): Result<VetVersion, Failure> {
  const parsed = parseVetVersion(text)
  return parsed.ok ? parsed : fail({ code: 'version-invalid', text, reason: parsed.error })
}

/** The same change when both of its versions are some. @failure version-invalid, of the first that is none */
export function givenDelta(delta: Delta): Result<Delta, Failure> {
  for (const text of [delta.from, delta.to]) {
    const version = text === null ? ok(null) : givenVersion(text)
    if (!version.ok) return version
  }
  return ok(delta)
}
