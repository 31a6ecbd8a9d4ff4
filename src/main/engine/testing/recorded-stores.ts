/** Stores of real projects beside the repository, with what the real cargo-vet said of them. Not part of the product. */
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { buildCriteriaMapper } from '../core/criteria.ts'
import { buildDepGraph } from '../core/dep-graph.ts'
import { resolve } from '../core/resolve.ts'
import { readMetadataJson } from '../io/metadata-json.ts'
import { parseStore } from '../store/parse-store.ts'

const STORES = path.resolve(import.meta.dirname, '..', '..', '..', '..', '..', 'shared', 'data', 'stores')
export const RECORDED_STORES = ['cargo-vet', 'zcash'] as const
type Name = (typeof RECORDED_STORES)[number]

/** False where only the repository is. */
export const hasRecordedStore = (name: Name): boolean => fs.existsSync(path.join(STORES, name))

/** `check`: the JSON of the real `cargo vet check`. Throws when the input cannot be read. */
export function resolveRecordedStore(name: Name) {
  const read = (file: string) => fs.readFileSync(path.join(STORES, name, file))
  const text = (file: string) => read(path.join('supply-chain', file)).toString('utf8')
  const texts = { config: text('config.toml'), audits: text('audits.toml'), imports: text('imports.lock') }
  const metadata = readMetadataJson(zlib.gunzipSync(read('metadata.json.gz')))
  const parsed = parseStore(texts, { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' })
  if (!parsed.ok || !metadata.ok) throw new Error('the input could not be read')
  const store = parsed.value
  const mapper = buildCriteriaMapper(store.audits)
  if (!mapper.ok) throw new Error(mapper.error.code)
  const graph = buildDepGraph(metadata.value, store.config.policy)
  const report = resolve({ graph, store, mapper: mapper.value })
  if (!report.ok) throw new Error(report.error.code)
  return { graph, store, report: report.value, check: read('check.json').toString('utf8').trimEnd() }
}
