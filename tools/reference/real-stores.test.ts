/** Two real projects: our JSON must equal what the real cargo-vet said of them. */
import { describe, expect, it } from 'vitest'
import { reportJson } from '../../src/main/engine/core/report-json.ts'
import {
  hasRecordedStore,
  RECORDED_STORES,
  resolveRecordedStore,
} from '../../src/main/engine/testing/recorded-stores.ts'

describe.each(RECORDED_STORES)('%s', name => {
  it.skipIf(!hasRecordedStore(name))('gives the recorded answer (needs shared data)', () => {
    const { report, check } = resolveRecordedStore(name)
    expect(reportJson(report, null)).toBe(check)
  })
})
