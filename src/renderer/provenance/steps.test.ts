/** What the four steps say, and which file is opened first. */
import { describe, expect, it } from 'vitest'
import type { FileResult, ProvenanceRecord } from '../../shared/provenance.ts'
import { countsText, filesInOrder, firstToRead, plannedCommand, stepsOf } from './steps.ts'
import { recordOf } from './test-rows.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const toneOf = (record: ProvenanceRecord) => stepsOf(record, NOW).map(step => step.tone)
const textOf = (record: ProvenanceRecord, title: string) =>
  stepsOf(record, NOW)
    .find(step => step.title === title)
    ?.texts.join(' ') ?? ''
const file = (path: string, state: FileResult['state'], concern: number | null = null): FileResult => ({
  path,
  state,
  rule: null,
  repositoryPath: path,
  archiveBlob: null,
  treeBlob: null,
  sizeBytes: null,
  concern,
  isCode: false,
})

describe('steps', () => {
  it('are all as expected for a match on a branch, with its tag', () => {
    const record = recordOf('match')
    expect(stepsOf(record, NOW).map(step => step.title)).toEqual(['Claim', 'Evidence', 'Plan', 'Verdict'])
    expect(toneOf(record)).toEqual(['match', 'match', 'match', 'match'])
    expect(textOf(record, 'Evidence')).toBe(
      'The commit is on main, tag v1.0.0 points to it. Nothing is signed. Our copy is from 1 h ago, its newest commit from 2026-11-02.',
    )
  })
  it('say that files were compared of which none is equal', () => {
    const record: ProvenanceRecord = { ...recordOf('mismatch'), identity: 'none' }
    expect(textOf(record, 'Plan')).not.toContain('No file was compared')
    expect(textOf(record, 'Verdict')).toContain('in the archive')
  })
  it('say that a clean flag proves nothing, and that a dirty one is a reservation', () => {
    const record = recordOf('match')
    expect(textOf(record, 'Claim')).toContain('proves nothing')
    const dirty = { ...record, claim: { ...record.claim, dirty: true } }
    expect(toneOf(dirty)[0]).toBe('almost')
  })
  it.each<[string, ProvenanceRecord['earlier'], string | null]>([
    ['nobody looked', undefined, null],
    ['the first version', { published: null, known: null }, 'No version was published before it.'],
    ['a version that is not here', { published: '0.9.0', known: null }, 'Whether it moved since 0.9.0 is not known'],
    [
      'the same',
      { published: '0.9.0', known: { version: '0.9.0', repository: 'r', path: '' } },
      'Same repository and folder as version 0.9.0.',
    ],
    [
      'a folder not known',
      { published: '0.9.0', known: { version: '0.9.0', repository: 'r', path: null } },
      'whether the folder is the same is not known',
    ],
    [
      'one further back',
      { published: '0.9.0', known: { version: '0.8.0', repository: 'r', path: '' } },
      '0.9.0 in between is not known here',
    ],
    [
      'none named before',
      { published: '0.9.0', known: { version: '0.9.0', repository: null, path: '' } },
      'named no repository',
    ],
  ])('say what is known since the version before: %s', (_what, earlier, expected) => {
    const record = { ...recordOf('match'), indexLineSha256: 'a', ...(earlier === undefined ? {} : { earlier }) }
    const text = textOf(record, 'Claim')
    if (expected === null) expect(text).not.toMatch(/version|moved/)
    else expect(text).toContain(expected)
    const reasons: ProvenanceRecord['reasons'] = [{ code: 'package-moved', text: 'x', weight: 'warning', about: [] }]
    expect(textOf({ ...record, reasons }, 'Claim')).not.toContain('Same repository')
  })
  it('do not take a commit outside the branches for a match', () => {
    const record = recordOf('match', { anchor: 'outside-branches' })
    expect(toneOf(record)).toEqual(['match', 'differ', 'match', 'almost'])
    expect(textOf(record, 'Evidence')).toContain('on no branch and under no tag')
  })
  it('say what is not known without a commit', () => {
    const record: ProvenanceRecord = {
      ...recordOf('revision-not-found'),
      commit: null,
      ...{ identity: 'none', treeId: null },
      anchor: 'none',
    }
    expect(toneOf(record)).toEqual(['match', 'unknown', 'notrun', 'unknown'])
    expect(plannedCommand(record)).toBe(null)
    expect(textOf(record, 'Plan')).toContain('No file was compared.')
    expect(textOf(record, 'Verdict')).not.toContain('files in the archive')
  })
  it('name a tag of this version that points elsewhere', () => {
    const record = recordOf('match', { anchor: 'branch' })
    const { tag } = record.anchorDetail
    if (tag === null) throw new Error('the record has no tag')
    const moved = { ...tag, pointsHere: false, commit: 'f'.repeat(40), sameTree: false, hasSignature: true }
    const text = textOf({ ...record, anchorDetail: { ...record.anchorDetail, tag: moved } }, 'Evidence')
    expect(text).toContain('Tag v1.0.0 names this version but points to fffffff.')
    expect(text).toContain('A signature is on the tag; it was not verified.')
  })
  it('show the command before it runs', () => {
    expect(plannedCommand({ ...recordOf('match'), path: 'crates/brine' })).toBe(
      'cargo package --offline --exclude-lockfile --no-verify --allow-dirty --color=never --manifest-path SCRATCH/tree/crates/brine/Cargo.toml',
    )
  })
  it('show a rebuild as it ran, and its result', () => {
    const record = recordOf('mismatch')
    const rebuild = {
      cargoVersion: '1.78.0',
      cargoChosen: 'inferred from the archive',
      command: ['cargo', 'package', '--offline'],
      result: 'differs' as const,
      detail: ['src/lib.rs differs'],
      lockFrom: 'none' as const,
    }
    const plan = stepsOf({ ...record, rebuild, level: 'rebuild' }, NOW)[2]
    expect(plan).toMatchObject({ tone: 'differ', command: 'cargo package --offline' })
    expect(plan?.texts.join(' ')).toContain('Packaged again with cargo 1.78.0: inferred from the archive.')
  })
  it('show an archive that no cargo writes as such', () => {
    const record = recordOf('archive-anomaly')
    const hand = { ...record, container: { ...record.container, isCargo: false } }
    expect(toneOf(hand)[2]).toBe('differ')
    expect(textOf(hand, 'Plan')).toContain('No cargo writes such an archive.')
  })
})

describe('files', () => {
  const record = recordOf('mismatch')
  it('are counted with what is not compared, zero left out', () => {
    const files = {
      ...record.files,
      total: 1_200,
      same: 9,
      differing: 1,
      unchecked: 2,
      generated: 3,
      onlyInRepository: 0,
    }
    expect(countsText({ files })).toBe(
      '1,200 files in the archive: 9 same, 1 differs, 2 not compared, 3 generated by cargo.',
    )
  })
  it('open with what deserves a look most, never with what only the repository has', () => {
    const of = (...fileResults: FileResult[]) => firstToRead({ ...record, fileResults })?.path ?? null
    expect(of(file('ci.yml', 'only-in-repository', 1), file('a.rs', 'differs', 2), file('b.rs', 'same'))).toBe('a.rs')
    expect(of(file('Cargo.toml', 'generated'), file('x', 'line-endings', 9))).toBe('x')
    expect(of(file('Cargo.toml', 'generated'), file('b.rs', 'same'))).toBe('Cargo.toml')
    expect(of(file('b.rs', 'same'))).toBe(null)
  })
  it('stand as the record has them, or by path', () => {
    const of = { ...record, fileResults: [file('z', 'differs'), file('a', 'same')] }
    expect(filesInOrder(of, 'differing').map(f => f.path)).toEqual(['z', 'a'])
    expect(filesInOrder(of, 'path').map(f => f.path)).toEqual(['a', 'z'])
  })
})
