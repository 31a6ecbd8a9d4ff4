import { expect, it } from 'vitest'
import type { VetVersion } from '../../../shared/domain.ts'
import {
  chooseMode,
  fetchUrl,
  NO_HISTORY,
  parseHistory,
  renderHistory,
  type FetchMode,
  type LastFetch,
} from './fetch-mode.ts'

const v = (text: string) => text as VetVersion
const INSPECT: LastFetch = { kind: 'inspect', crate: 'a', version: v('1.0.0') }
const DIFF: LastFetch = { kind: 'diff', crate: 'a', version1: v('1.0.0'), version2: v('1.1.0') }
const GIT: LastFetch = { kind: 'inspect', crate: 'a', version: v(`1.0.0@git:${'a'.repeat(40)}`) }
const custom = (template: string): FetchMode => ({ kind: 'custom', template })

it.each([
  { case: 'inspect begins at the registry', fetch: INSPECT, history: NO_HISTORY, chosen: null, want: 'crates.io' },
  { case: 'diff begins at diff.rs', fetch: DIFF, history: NO_HISTORY, chosen: null, want: 'diff.rs' },
  {
    case: 'the last mode stays',
    fetch: DIFF,
    history: { ...NO_HISTORY, diffMode: { kind: 'local' } as const },
    chosen: null,
    want: 'local',
  },
  {
    case: 'inspect has a mode of its own',
    fetch: INSPECT,
    history: { ...NO_HISTORY, diffMode: { kind: 'local' } as const },
    chosen: null,
    want: 'crates.io',
  },
  {
    case: 'a git version is local',
    fetch: GIT,
    history: NO_HISTORY,
    chosen: { kind: 'diff.rs' } as const,
    want: 'local',
  },
])('$case', ({ fetch, history, chosen, want }) => {
  expect(chooseMode(history, fetch, chosen).mode.kind).toBe(want)
})

it('remembers a chosen mode and what was looked at, but no mode for git versions', () => {
  expect(chooseMode(NO_HISTORY, DIFF, { kind: 'local' }).history).toEqual({
    lastFetch: DIFF,
    diffMode: { kind: 'local' },
    inspectMode: null,
  })
  expect(chooseMode(NO_HISTORY, GIT, { kind: 'diff.rs' }).history).toEqual({
    lastFetch: GIT,
    diffMode: null,
    inspectMode: null,
  })
})

it.each([
  { mode: { kind: 'local' } as const, fetch: INSPECT, want: null },
  { mode: { kind: 'diff.rs' } as const, fetch: INSPECT, want: 'https://diff.rs/browse/a/1.0.0/' },
  { mode: { kind: 'diff.rs' } as const, fetch: DIFF, want: 'https://diff.rs/a/1.0.0/1.1.0/' },
  { mode: custom('x:{package}/{version}?{version1}'), fetch: INSPECT, want: 'x:a/1.0.0?{version1}' },
  { mode: custom('x:{package}/{version1}..{version2}'), fetch: DIFF, want: 'x:a/1.0.0..1.1.0' },
])('$mode.kind of $fetch.kind is at $want', ({ mode, fetch, want }) => {
  expect(fetchUrl(mode, fetch)).toBe(want)
})

it.each([
  '{"version":"1","last_diff_fetch_mode":null,"last_inspect_fetch_mode":null}',
  '{"version":"1","Inspect":{"package":"a","version":"1.0.0"},"last_diff_fetch_mode":"DiffRs","last_inspect_fetch_mode":"CratesIo"}',
  '{"version":"1","Diff":{"package":"a","version1":"1.0.0","version2":"1.1.0"},"last_diff_fetch_mode":{"CustomUrl":"x"},"last_inspect_fetch_mode":"Local"}',
])('reads and writes the bytes of cargo-vet: %s', text => {
  expect(renderHistory(parseHistory(text))).toBe(text)
})

it.each([
  '',
  'no json',
  '[]',
  '{"version":"2","Inspect":{"package":"a","version":"1.0.0"}}',
  '{"version":"1","Inspect":{"package":"a","version":"1"}}',
])('takes %j for no history', text => {
  expect(parseHistory(text).lastFetch).toBeNull()
})
