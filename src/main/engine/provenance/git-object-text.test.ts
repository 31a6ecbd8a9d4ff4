import { describe, expect, it } from 'vitest'
import { parseCommit, parseTag, parseTree } from './git-object-text.ts'

const oid = '12'.repeat(20)
const entry = (mode: string, name: string | Buffer) =>
  Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')])

describe('a tree', () => {
  it('gives modes of six digits and names as text', () => {
    const bytes = Buffer.concat([entry('100644', 'a'), entry('40000', 'src'), entry('120000', 'é\\ \n')])
    expect(parseTree(bytes, 10)).toEqual({
      entries: [
        { mode: '100644', oid, name: 'a' },
        { mode: '040000', oid, name: 'src' },
        { mode: '120000', oid, name: 'é\\ \n' },
      ],
      isClean: true,
    })
  })
  it('shows bytes that are no text, so that two names stay two', () => {
    const bytes = Buffer.concat([
      entry('100644', Buffer.from([0x61, 0xff])),
      entry('100644', Buffer.from([0x61, 0xfe])),
    ])
    expect(parseTree(bytes, 10).entries.map(one => one.name)).toEqual(['a\\xff', 'a\\xfe'])
  })
  it.each(['src/lib.rs', '', '.', '..'])('leaves out the name %j and says so', name => {
    const bytes = Buffer.concat([entry('100644', name), entry('100644', 'ok')])
    expect(parseTree(bytes, 10)).toMatchObject({ entries: [{ name: 'ok' }], isClean: false })
  })
  it('keeps the first of a name that is there twice and says so', () => {
    const bytes = Buffer.concat([entry('100644', 'a'), entry('100755', 'a')])
    expect(parseTree(bytes, 10)).toMatchObject({ entries: [{ mode: '100644' }], isClean: false })
  })
  it('is not clean when cut, or longer than asked for', () => {
    const bytes = Buffer.concat([entry('100644', 'a'), entry('100644', 'b')])
    expect(parseTree(bytes.subarray(0, bytes.length - 1), 10)).toMatchObject({
      entries: [{ name: 'a' }],
      isClean: false,
    })
    expect(parseTree(bytes, 1)).toMatchObject({ entries: [{ name: 'a' }], isClean: false })
    expect(parseTree(Buffer.from('no tree at all'), 10)).toEqual({ entries: [], isClean: false })
  })
})

describe('a commit', () => {
  const head = `tree ${oid}\nparent ${'a'.repeat(40)}\nparent ${'b'.repeat(40)}\nauthor a <a> 1 +0000\ncommitter c > d <c@d> 1700000000 -0700\n`
  it('gives tree, parents, time and whether it is signed', () => {
    expect(parseCommit('c'.repeat(40), Buffer.from(`${head}\nmessage\ngpgsig not a header\n`))).toEqual({
      oid: 'c'.repeat(40),
      tree: oid,
      parents: ['a'.repeat(40), 'b'.repeat(40)],
      committedAtMs: 1_700_000_000_000,
      hasSignature: false,
    })
    const signed = Buffer.from(`${head}gpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END\n\nmessage\n`)
    expect(parseCommit('c'.repeat(40), signed)?.hasSignature).toBe(true)
  })
  it('takes nothing from the message', () => {
    expect(parseCommit(oid, Buffer.from(`author a\n\ntree ${oid}\n`))).toBeNull()
  })
})

describe('a tag', () => {
  it('gives its target and whether a signature ends it', () => {
    const plain = `object ${oid}\ntype commit\ntag v1\ntagger a <a> 1 +0000\n\nmessage\n`
    expect(parseTag(Buffer.from(plain))).toEqual({ target: oid, hasSignature: false })
    for (const kind of ['PGP', 'SSH']) {
      const signed = `${plain}-----BEGIN ${kind} SIGNATURE-----\nx\n-----END ${kind} SIGNATURE-----\n`
      expect(parseTag(Buffer.from(signed))?.hasSignature).toBe(true)
    }
  })
})
