import { describe, expect, it } from 'vitest'
import { createMarkUndos } from './mark-undos.ts'
import type { MarksBefore } from './read-marks.ts'

const replaced = (files: number): MarksBefore => ({
  rows: Array.from({ length: files }, (_, i) => ({
    key: ['crate', `${i}.rs`, '', '', ''] as const,
    ...{ former: null, mark: 'read' as const, atMs: 0 },
  })),
})

describe('undo of marks', () => {
  it('is given once, to whom it belongs', () => {
    const undos = createMarkUndos()
    const [a, b] = [replaced(1), replaced(2)]
    undos.add('a', a)
    undos.add('b', b)
    expect([undos.take('a'), undos.take('a'), undos.take('c'), undos.take('b')]).toEqual([a, null, null, b])
  })
  it('forgets the oldest first, and never the last one', () => {
    const undos = createMarkUndos(10)
    for (const name of ['a', 'b', 'c']) undos.add(name, replaced(3))
    expect([undos.take('a') === null, undos.take('b') === null, undos.take('c') === null]).toEqual([true, false, false])
    undos.add('huge', replaced(100))
    expect(undos.take('huge')?.rows).toHaveLength(100)
    for (let i = 0; i < 20; i++) undos.add(`empty ${i}`, replaced(0))
    expect(undos.take('empty 0')).toBeNull()
    expect(undos.take('empty 19')).not.toBeNull()
  })
})
