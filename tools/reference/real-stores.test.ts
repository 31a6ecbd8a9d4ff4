/** Two real projects: our JSON must equal what the real cargo-vet said of them. */
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { buildCriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../../src/main/engine/core/dep-graph.ts'
import { reportJson } from '../../src/main/engine/core/report-json.ts'
import { resolve } from '../../src/main/engine/core/resolve.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'

const stores = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'data', 'stores')

describe.each(['cargo-vet', 'zcash'])('%s', name => {
  const folder = path.join(stores, name)
  it.skipIf(!fs.existsSync(folder))('gives the recorded answer (needs shared data)', () => {
    const text = (file: string) => fs.readFileSync(path.join(folder, 'supply-chain', file), 'utf8')
    const texts = { config: text('config.toml'), audits: text('audits.toml'), imports: text('imports.lock') }
    const metadata = readMetadataJson(zlib.gunzipSync(fs.readFileSync(path.join(folder, 'metadata.json.gz'))))
    const store = parseStore(texts, { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' })
    if (!store.ok || !metadata.ok) throw new Error('the input could not be read')
    const mapper = buildCriteriaMapper(store.value.audits)
    if (!mapper.ok) throw new Error(mapper.error.code)
    const graph = buildDepGraph(metadata.value, store.value.config.policy)
    const report = resolve({ graph, store: store.value, mapper: mapper.value })
    if (!report.ok) throw new Error(report.error.code)
    expect(reportJson(report.value, null)).toBe(fs.readFileSync(path.join(folder, 'check.json'), 'utf8').trimEnd())
  })
})
