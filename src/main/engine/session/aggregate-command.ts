/**
 * cargo vet's `aggregate`: fetches every audits file on a list and answers them as one text. Needs no workspace and
 * no store. One source that cannot be had fails the whole: an aggregate with holes would be trusted as a whole.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { openCache } from '../cache.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { aggregateAudits, type AggregateSource } from '../core/aggregate.ts'
import { openPeers } from '../io/peers.ts'
import { parseAuditsFile } from '../store/parse-store.ts'
import { renderAggregate } from '../store/write-store.ts'

const MAX_LIST_BYTES = 1 << 20

/** The merged file and what was left out of it. @failure refused, store-io, download-failed, store-toml, aggregate-mismatch */
export async function aggregateSources(
  caps: Capabilities,
  wish: { readonly list: AbsolutePath; readonly frozen: boolean },
  run: Run,
): Promise<Result<{ readonly text: string; readonly warnings: readonly string[] }, Failure>> {
  if (wish.frozen)
    return fail({ code: 'refused', message: 'cannot aggregate imports when --frozen', help: 'Leave --frozen out.' })
  const urls = await readList(caps, wish.list)
  if (!urls.ok) return urls
  const cache = openCache(caps)
  try {
    const peers = openPeers(caps, cache, { offline: false })
    const warnings: string[] = []
    const texts = await Promise.all(urls.value.map(url => peers.text(url, run)))
    run.signal.throwIfAborted()
    const sources: AggregateSource[] = []
    for (const [i, text] of texts.entries()) {
      const url = urls.value[i] ?? ''
      if (!text.ok) return text
      const parsed = parseAuditsFile(text.value.text, url, 'peer')
      if (!parsed.ok) return parsed
      sources.push({ url, file: parsed.value.audits })
      warnings.push(...ignoredWarnings(url, parsed.value))
    }
    const merged = aggregateAudits(sources)
    return merged.ok ? ok({ text: renderAggregate(merged.value), warnings }) : merged
  } finally {
    cache.close()
  }
}

function ignoredWarnings(
  url: string,
  {
    ignoredCriteria,
    ignoredAudits,
  }: { readonly ignoredCriteria: readonly string[]; readonly ignoredAudits: readonly string[] },
): string[] {
  const warnings: string[] = []
  if (ignoredCriteria.length > 0) warnings.push(`${url}: ignored unreadable criteria: ${ignoredCriteria.join(', ')}`)
  if (ignoredAudits.length > 0) {
    const crates = [...new Set(ignoredAudits)]
    warnings.push(`${url}: ignored ${ignoredAudits.length} unreadable audits, of ${crates.slice(0, 5).join(', ')}`)
  }
  return warnings
}

/** One address a line; blank lines and lines that start with `#` do not count. */
async function readList(caps: Capabilities, list: AbsolutePath): Promise<Result<readonly string[], Failure>> {
  let text: string
  try {
    text = await caps.files.readText(list, MAX_LIST_BYTES)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return fail({ code: 'store-io', path: list, reason: error.message })
  }
  const urls: string[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const stated = line.trim()
    if (stated === '' || stated.startsWith('#')) continue
    const url = URL.parse(stated)
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
      return fail({
        code: 'refused',
        message: `${list}:${i + 1}: ${JSON.stringify(stated)} is not an http or https address`,
        help: null,
      })
    urls.push(url.href)
  }
  return ok(urls)
}
