import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brand, type Delta } from '../../../shared/domain.ts'
import { knowledgeOf, type MarkedFile, type MarkRow } from './carried-marks.ts'

const version = brand<'VetVersion'>
const delta = (from: string | null, to: string): Delta => ({
  from: from === null ? null : version(from),
  to: version(to),
})

/**
 * A change in short: `lib ->b` added, `lib a->b` changed, `lib a->` deleted, `old>lib a->b` renamed; a group after `/`
 * (else source).
 */
function change(text: string): MarkedFile {
  const [, oldPath, path = '', group = 'source', old = '', next = ''] =
    /^(?:(\w+)>)?(\w+)(?:\/(\w+))? (\w*)->(\w*)$/.exec(text) ?? []
  return {
    path,
    oldPath: oldPath ?? null,
    change: oldPath !== undefined ? 'renamed' : old === '' ? 'added' : next === '' ? 'deleted' : 'modified',
    group: group as MarkedFile['group'],
    hashOld: old === '' ? null : old,
    hashNew: next === '' ? null : next,
  }
}

/** A mark in short: a change, then `!` unread, `~` partly or nothing for read, then `@from..to` when known. */
function row(text: string, at = 0): MarkRow {
  const [, what = '', sign = '', from = '', to = ''] = /^([^!~@]*)([!~]?)(?:@(\S*?)\.\.(\S+))?$/.exec(text) ?? []
  const file = change(what.trim())
  return {
    path: file.path,
    oldPath: file.oldPath,
    hashOld: file.hashOld ?? '',
    hashNew: file.hashNew ?? '',
    mark: sign === '!' ? 'unread' : sign === '~' ? 'partly' : 'read',
    atMs: at,
    group: file.group,
    versionFrom: from === '' ? null : from,
    versionTo: to === '' ? null : to,
  }
}

const judge = (rows: readonly string[], file: string, of = delta('7.0.0', '9.0.0')) =>
  knowledgeOf(rows.map(row)).judge(change(file), of)

describe('whether a change is read', () => {
  const cases: readonly (readonly [why: string, rows: readonly string[], file: string, mark: string])[] = [
    ['nothing was read', [], 'lib a->b', 'unread'],
    ['it was marked itself', ['lib a->b'], 'lib a->b', 'read'],
    ['it was marked partly', ['lib a->b~'], 'lib a->b', 'partly'],
    ['steps lead from old to new', ['lib a->b', 'lib b->c'], 'lib a->c', 'read'],
    ['many steps', ['lib a->b', 'lib b->c', 'lib c->d', 'lib d->e'], 'lib a->e', 'read'],
    ['a step is missing', ['lib a->b', 'lib c->d'], 'lib a->d', 'changed'],
    ['steps the other way do not count', ['lib a->b', 'lib b->c'], 'lib c->a', 'changed'],
    ['a way back is a step of its own', ['lib a->b', 'lib b->a'], 'lib b->a', 'read'],
    ['a step that was only partly read', ['lib a->b', 'lib b->c~'], 'lib a->c', 'changed'],
    ['read in full', ['lib ->c'], 'lib a->c', 'read'],
    ['read in full, then a change', ['lib ->b', 'lib b->c'], 'lib a->c', 'read'],
    ['read in full, seen as added again', ['lib ->b', 'lib b->c'], 'lib ->c', 'read'],
    ['changes alone are not the whole file', ['lib a->b'], 'lib ->b', 'partly'],
    ['the new content was read as another change', ['lib a->c'], 'lib x->c', 'partly'],
    ['another file', ['lib a->b', 'lib b->c'], 'other a->c', 'unread'],
    ['the same content in a file beside, changed', ['lib a->b'], 'other a->b', 'unread'],
    ['renamed and equal, read in full', ['lib ->b'], 'lib>other b->b', 'read'],
    ['renamed and equal, read as a change', ['lib a->b'], 'lib>other b->b', 'read'],
    ['renamed and equal, never read', [], 'lib>other b->b', 'unread'],
    ['renamed and equal, only the start of a step', ['lib b->c'], 'lib>other b->b', 'changed'],
    ['renamed and changed', ['lib ->a'], 'lib>other a->b', 'changed'],
    ['renamed, marked itself', ['lib>other a->b'], 'lib>other a->b', 'read'],
    ['renamed, then changed', ['lib>other a->b', 'other b->c'], 'lib>other a->c', 'read'],
    ['changed, then renamed', ['lib a->b', 'lib>other b->b', 'other b->c'], 'lib>other a->c', 'read'],
    ['moved without a mark of its own, then changed', ['lib a->b', 'other b->c'], 'lib>other a->c', 'read'],
    ['moved, shown as a new file', ['lib ->b'], 'other ->b', 'read'],
    ['moved into another group', ['lib/tests ->b'], 'lib>other/source b->b', 'partly'],
    ['copied into another group', ['lib/source ->b'], 'build/build ->b', 'unread'],
    ['the same path in another group', ['lib/source ->b'], 'lib/build ->b', 'read'],
    ['deleted, marked itself', ['lib a->'], 'lib a->', 'read'],
    ['deleted after a change that was read', ['lib a->b', 'lib b->'], 'lib a->', 'read'],
    ['deleted elsewhere', ['other a->'], 'lib a->', 'unread'],
    ['deleted after other content', ['lib b->'], 'lib a->', 'unread'],
    ['a deletion is no step to what is added', ['lib a->', 'lib ->c~'], 'lib a->c', 'unread'],
    ['taken back, though read in full', ['lib ->c', 'lib a->c!'], 'lib a->c', 'unread'],
    ['taken back, one step of two', ['lib a->b', 'lib b->c!'], 'lib a->c', 'changed'],
    ['partly here, but read by steps', ['lib a->c~', 'lib a->b', 'lib b->c'], 'lib a->c', 'read'],
    ['equal on both sides, never read', ['lib b->c'], 'lib b->b', 'changed'],
    ['steps in a circle', ['lib a->b', 'lib b->a'], 'lib a->c', 'changed'],
  ]
  it.each(cases)('%s', (_why, rows, file, mark) => expect(judge(rows, file).mark).toBe(mark))

  it('asks for the group of content that lies elsewhere', () => {
    const unknown = knowledgeOf([{ ...row('lib ->b'), group: null }])
    expect(unknown.judge(change('lib ->b'), delta(null, '9.0.0')).mark).toBe('read')
    expect(unknown.judge(change('other ->b'), delta(null, '9.0.0')).mark).toBe('unread')
  })
})

describe('what was read before', () => {
  it('is named by the version it was read in, unless that is this review', () => {
    const rows = ['lib a->b@7.0.0..9.0.0']
    expect(judge(rows, 'lib a->b').earlier).toBeNull()
    expect(judge(rows, 'lib a->b', delta('7.0.0', '9.0.1')).earlier).toEqual({
      version: '9.0.0',
      covers: 'all',
      hasDiff: false,
    })
    expect(judge(['lib ->b@..1.0.0', 'lib b->c@1.0.0..1.1.0'], 'lib a->c').earlier?.version).toBe('1.1.0')
  })

  it('is compared with, the latest that makes the rest enough', () => {
    const rows = ['lib ->b@..1.0.0', 'lib b->c@1.0.0..1.1.0', 'lib x->y@3.0.0..3.1.0']
    const { earlier, base } = judge(rows, 'lib a->d')
    expect(earlier).toEqual({ version: '1.1.0', covers: 'rest', hasDiff: true })
    expect(base).toEqual({ path: 'lib', hash: 'c', version: '1.1.0' })
  })

  it('is only a part when nothing leads to it from the old side', () => {
    const { mark, earlier, base } = judge(['lib x->y@3.0.0..3.1.0'], 'lib a->d')
    expect(mark).toBe('changed')
    expect(earlier).toEqual({ version: '3.1.0', covers: 'part', hasDiff: true })
    expect(base?.hash).toBe('y')
  })

  it('is no other comparison when it is the old side itself, or its version is not known', () => {
    expect(judge(['lib ->b@..1.0.0'], 'lib b->c')).toMatchObject({
      mark: 'changed',
      base: null,
      earlier: { covers: 'rest', hasDiff: false },
    })
    expect(judge(['lib ->b'], 'lib a->c').earlier).toEqual({ version: null, covers: 'rest', hasDiff: false })
  })

  it('lies at the former path of a renamed file', () => {
    expect(judge(['lib ->b@..1.0.0'], 'lib>other a->c').base).toEqual({ path: 'lib', hash: 'b', version: '1.0.0' })
  })
})

const hash = fc.constantFrom('', 'a', 'b', 'c', 'd')
const place = fc.constantFrom('x', 'y')
const group = fc.constantFrom('source' as const, 'tests' as const)
const anyFile = fc
  .record({ path: place, from: place, old: hash, next: hash, group })
  .filter(f => f.old !== '' || f.next !== '')
  .map(f =>
    change(
      `${f.old !== '' && f.next !== '' && f.from !== f.path ? `${f.from}>` : ''}${f.path}/${f.group} ${f.old}->${f.next}`,
    ),
  )
const anyRows = fc
  .array(
    fc.record({
      file: anyFile,
      mark: fc.constantFrom('read' as const, 'read' as const, 'partly' as const, 'unread' as const),
      at: fc.nat(3),
    }),
    { maxLength: 9 },
  )
  .map(list => {
    const rows = list.map(({ file, mark, at }): MarkRow => ({
      path: file.path,
      oldPath: file.oldPath,
      hashOld: file.hashOld ?? '',
      hashNew: file.hashNew ?? '',
      mark,
      atMs: at,
      group: file.group,
      versionFrom: null,
      versionTo: `1.0.${at}`,
    }))
    return [...new Map(rows.map(r => [`${r.path} ${r.hashOld} ${r.hashNew}`, r])).values()]
  })
const here = delta('7.0.0', '9.0.0')

/**
 * The rules said once more, slowly: what a reader has read is grown step by step until nothing is added. `whole`: content
 * whose whole text was read. `after`: content that steps lead to from the old side.
 */
function isSupported(rows: readonly MarkRow[], file: MarkedFile): boolean {
  const [old, next] = [file.hashOld ?? '', file.hashNew ?? '']
  const of = (r: MarkRow) => r.path === file.path && r.hashOld === old && r.hashNew === next
  const read = rows.filter(r => r.mark === 'read')
  if (read.some(of)) return true
  if (rows.some(r => of(r) && r.mark === 'unread')) return false
  const wasRead = (path: string, content: string, g: string) =>
    read.some(r => r.path === path && r.hashNew === content && r.group === g)
  /** What one or more steps lead to from these. */
  const grow = (starts: readonly string[]): Set<string> => {
    const stepped = new Set<string>()
    for (let size = -1; size !== stepped.size;) {
      size = stepped.size
      for (const r of read.filter(step => step.hashOld !== ''))
        for (const from of ['x', 'y']) {
          const isKnown = stepped.has(`${from} ${r.hashOld}`) || starts.includes(`${from} ${r.hashOld}`)
          const fits = from === (r.oldPath ?? r.path) || wasRead(from, r.hashOld, r.group ?? '')
          if (isKnown && fits) stepped.add(`${r.path} ${r.hashNew}`)
        }
    }
    return stepped
  }
  const whole = read.filter(r => r.hashOld === '').map(r => `${r.path} ${r.hashNew}`)
  const start = `${file.oldPath ?? file.path} ${old}`
  const stepped = new Set([...whole, ...grow(whole), ...(old === '' ? [] : grow([start]))])
  if (next === '') return grow([start]).has(`${file.path} `)
  const isElsewhere = ['x', 'y'].some(
    p => (stepped.has(`${p} ${next}`) || start === `${p} ${next}`) && wasRead(p, next, file.group),
  )
  return stepped.has(`${file.path} ${next}`) || isElsewhere
}

describe('marks as a set', () => {
  it('answers the same whatever the order of the rows', () => {
    fc.assert(
      fc.property(anyRows, anyFile, fc.infiniteStream(fc.nat()), (rows, file, keys) => {
        const shuffled = rows
          .map(r => ({ r, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ r }) => r)
        expect(knowledgeOf(shuffled).judge(file, here)).toEqual(knowledgeOf(rows).judge(file, here))
      }),
      { numRuns: 1_500 },
    )
  })

  it('says read exactly when the rules said slowly support it', () => {
    fc.assert(
      fc.property(anyRows, anyFile, (rows, file) => {
        expect(knowledgeOf(rows).judge(file, here).mark === 'read').toBe(isSupported(rows, file))
      }),
      { numRuns: 4_000 },
    )
  })

  it('never says read less when another change is read', () => {
    fc.assert(
      fc.property(anyRows, anyFile, anyFile, (rows, file, more) => {
        const added: MarkRow = {
          ...row('x a->b'),
          path: more.path,
          oldPath: more.oldPath,
          hashOld: more.hashOld ?? '',
          hashNew: more.hashNew ?? '',
          group: more.group,
        }
        const rest = rows.filter(
          r => r.path !== added.path || r.hashOld !== added.hashOld || r.hashNew !== added.hashNew,
        )
        if (knowledgeOf(rest).judge(file, here).mark !== 'read') return
        expect(knowledgeOf([...rest, added]).judge(file, here).mark).toBe('read')
      }),
      { numRuns: 1_500 },
    )
  })

  it('marks the rest as enough only when reading it makes the change read', () => {
    fc.assert(
      fc.property(anyRows, anyFile, (rows, file) => {
        const { base, earlier } = knowledgeOf(rows).judge(file, here)
        if (base === null || earlier?.covers !== 'rest' || file.hashNew === null) return
        const step: MarkRow = {
          ...row('x a->b'),
          path: file.path,
          oldPath: base.path === file.path ? null : base.path,
          hashOld: base.hash,
          hashNew: file.hashNew,
          group: file.group,
        }
        const without = rows.filter(r => !(r.path === file.path && r.hashNew === file.hashNew))
        expect(isSupported([...without, step], file)).toBe(true)
      }),
      { numRuns: 1_500 },
    )
  })
})
