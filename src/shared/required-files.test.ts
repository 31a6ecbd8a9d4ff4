import { describe, expect, it } from 'vitest'
import type { FileGroup } from './wire.ts'
import { isOptionalGroup, isRequired } from './required-files.ts'

const file = (path: string, group: FileGroup) => ({ path, group })

describe('what has to be read', () => {
  it.each([
    { path: 'build.rs', group: 'build' as const, want: [true, true] },
    { path: 'src/lib.rs', group: 'source' as const, want: [true, true] },
    { path: 'c/a.c', group: 'ffi' as const, want: [true, true] },
    { path: 'src/table.rs', group: 'generated' as const, want: [true, true] },
    { path: 'src/table.bin.json', group: 'generated' as const, want: [true, true] },
    { path: 'data/list.json', group: 'generated' as const, want: [false, true] },
    { path: 'blob.bin', group: 'binary' as const, want: [true, true] },
    { path: 'Cargo.toml', group: 'metadata' as const, want: [true, true] },
    { path: 'LICENSE', group: 'metadata' as const, want: [false, true] },
    { path: 'README.md', group: 'docs' as const, want: [false, true] },
    { path: 'tests/a.rs', group: 'tests' as const, want: [false, false] },
    { path: 'examples/a.rs', group: 'examples' as const, want: [false, false] },
    { path: 'benches/a.rs', group: 'benches' as const, want: [false, false] },
  ])('$path: for built-in criteria and for others $want', ({ path, group, want }) => {
    const of = (criteria: readonly string[]) => isRequired(file(path, group), criteria)
    expect([of(['safe-to-deploy']), of(['crypto-safe'])]).toEqual(want)
    expect(of(['safe-to-run'])).toBe(want[0])
    expect(of(['safe-to-deploy', 'crypto-safe'])).toBe(want[1])
    expect(of([])).toBe(want[1])
  })
  it('a group is optional when none of its files is required', () => {
    const deploy = ['safe-to-deploy']
    expect(isOptionalGroup('metadata', [file('LICENSE', 'metadata')], deploy)).toBe(true)
    expect(isOptionalGroup('metadata', [file('LICENSE', 'metadata'), file('Cargo.toml', 'metadata')], deploy)).toBe(
      false,
    )
    expect(isOptionalGroup('docs', [file('README.md', 'docs')], ['crypto-safe'])).toBe(false)
    expect(isOptionalGroup('tests', [], ['crypto-safe'])).toBe(true)
    expect(isOptionalGroup('source', [], deploy)).toBe(false)
  })
})
