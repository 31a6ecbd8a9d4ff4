/** The resolve step alone, warm, in this process: what each refresh of the queue costs after the files are read. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { AbsolutePath } from '../src/shared/domain.ts'
import { buildCriteriaMapper } from '../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../src/main/engine/core/dep-graph.ts'
import { resolve } from '../src/main/engine/core/resolve.ts'
import { readMetadataJson } from '../src/main/engine/io/metadata-json.ts'
import { parseStore } from '../src/main/engine/store/parse-store.ts'
import { begin, judge, ms, repeat, SHARED, skip } from './harness.ts'

/** One frame at 60 Hz. */
const LIMIT_MS = 16

begin('resolve alone, warm')
for (const name of ['cargo-vet', 'zcash']) {
  const from = path.join(SHARED, 'stores', name)
  if (!existsSync(from)) skip(`the recorded store stores/${name} is not there (needs shared data)`)
  const text = (file: string) => readFileSync(path.join(from, 'supply-chain', file), 'utf8')
  const texts = { config: text('config.toml'), audits: text('audits.toml'), imports: text('imports.lock') }
  const at = (file: string) => path.join(from, 'supply-chain', file) as AbsolutePath
  const places = { config: at('config.toml'), audits: at('audits.toml'), imports: at('imports.lock') }
  const metadataBytes = gunzipSync(readFileSync(path.join(from, 'metadata.json.gz')))
  const need = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
    if (!result.ok) throw new Error(JSON.stringify(result.error))
    return result.value
  }
  const metadata = need(readMetadataJson(metadataBytes))
  const store = need(parseStore(texts, places))
  const mapper = need(buildCriteriaMapper(store.audits))
  const graph = buildDepGraph(metadata, store.config.policy)
  const audits = [store.audits, ...store.imports.audits.values()].flatMap(file =>
    [...file.audits.values()].map(list => list.length),
  )
  const count = audits.reduce((sum, n) => sum + n, 0)
  console.log(
    `  ${name}: ${graph.nodes.length} packages, ${count} audits; answers ${need(resolve({ graph, store, mapper })).conclusion}`,
  )
  const resolving = repeat(51, 20, () => void resolve({ graph, store, mapper }))
  console.log(`    resolve               ${ms(resolving)}`)
  console.log(`    parse the store       ${ms(repeat(21, 5, () => void parseStore(texts, places)))}`)
  console.log(`    parse the metadata    ${ms(repeat(21, 5, () => void readMetadataJson(metadataBytes)))}`)
  console.log(`    build the graph       ${ms(repeat(21, 5, () => void buildDepGraph(metadata, store.config.policy)))}`)
  judge(`resolve of ${name}`, resolving.medianMs, LIMIT_MS, ' ms')
}
