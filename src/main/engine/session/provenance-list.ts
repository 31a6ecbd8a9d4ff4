/** A file that lists versions to check. */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { WantedVersion } from './provenance-run.ts'

const MAX_LIST_BYTES = 16 << 20

/** A `NAME VERSION` per line (`NAME@VERSION` too); empty lines and what follows `#` are left out. */
export function parseList(text: string): Result<readonly WantedVersion[], string> {
  const wanted: WantedVersion[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.replace(/#.*$/, '').trim().replace('@', ' ').split(/\s+/)
    if (words[0] === '') continue
    const [crate = '', version = ''] = words
    const isUnderstood =
      words.length === 2 && /^[A-Za-z0-9_-]{1,128}$/.test(crate) && /^\d[0-9A-Za-z.+-]{0,199}$/.test(version)
    if (!isUnderstood) return fail(`line ${i + 1} is not 'NAME VERSION': ${JSON.stringify(line.slice(0, 120))}`)
    wanted.push({ crate, version })
  }
  return ok(wanted)
}

/** @failure request-invalid: it cannot be read, or a line is none */
export async function readList(
  caps: Capabilities,
  file: AbsolutePath,
): Promise<Result<readonly WantedVersion[], Failure>> {
  const refuse = (reason: string) => fail<Failure>({ code: 'request-invalid', call: `--from ${file}`, reason })
  try {
    const list = parseList(await caps.files.readText(file, MAX_LIST_BYTES))
    return list.ok ? list : refuse(list.error)
  } catch (error) {
    if (error instanceof FileError) return refuse(error.message)
    throw error
  }
}
