import { describe, expect, it } from 'vitest'
import type { AnchorGrade, ContentGrade, FileResult, Outcome, Reason } from '../../../shared/provenance.ts'
import type { ManifestCheck } from './manifest-check.ts'
import { orderReasons, reasonOf } from './reasons.ts'
import { decideVerdict, type VerdictParts } from './verdict.ts'

const COMMIT = 'd698082588384693d4dfe726676187c8213c1b19'
const OTHER = 'a1c94f0588384693d4dfe726676187c8213c1b19'

const file = (path: string, state: FileResult['state'], isCode = false): FileResult => ({
  ...{ path, state, rule: null, repositoryPath: path, archiveBlob: null, treeBlob: null, sizeBytes: 1 },
  ...{ concern: null, isCode },
})
const SAME = [file('Cargo.toml', 'generated'), file('src/lib.rs', 'same', true), file('README.md', 'same')]
const compared = (grade: ContentGrade, files: readonly FileResult[] = SAME) => ({ grade, files, reasons: [] })

const MANIFEST: ManifestCheck = {
  ...{ state: 'explained', differences: [], index: 'equal', indexDifferences: [] },
  ...{ codeSurfaceDiffers: false, codePaths: ['src/lib.rs'], uncheckable: [] },
}
const TAG = {
  ...{ name: 'refs/tags/v1.0.0', objectId: COMMIT, commit: COMMIT, isAnnotated: false, hasSignature: false },
  ...{ pointsHere: true, sameTree: true },
}
const anchorOf = (grade: AnchorGrade, reasons: readonly Reason[] = []): NonNullable<VerdictParts['anchor']> => ({
  ...{ grade, reasons },
  detail: {
    reachableFrom: 'default-branch',
    refs: [],
    defaultBranch: null,
    tag: TAG,
    commitHasSignature: null,
  } as const,
})
const CLAIM: VerdictParts['claim'] = {
  repository: { stated: 'https://example.com/r', url: 'https://example.com/r', hintPath: null, from: 'manifest' },
  ...{ commit: COMMIT, path: '', dirty: false, vcsInfo: 'present' },
}
const PARTS: VerdictParts = {
  claim: CLAIM,
  archive: { isReadable: true, anomalies: [] },
  container: {
    ...{ cargoFrom: '1.93', cargoTo: null, isCargo: true, evidence: [] },
    ...{ contradictsDate: null, mayMissUntracked: false },
  },
  ...{ comparison: compared('exact'), manifest: MANIFEST, lock: { state: 'plausible', differences: [] } },
  ...{ anchor: anchorOf('tag+branch'), mirrorProblem: null, staleMirror: false, fallback: null, rebuild: null },
  ...{ publishedAt: '2026-01-01T00:00:00Z', commit: COMMIT, locate: { path: '', warnings: [] } },
}
const NONE = { comparison: null, anchor: null, commit: null, locate: null }
const NO_VCS = { claim: { ...CLAIM, commit: null, path: null, dirty: null, vcsInfo: 'absent' } } as const
const nowhere = (stated: string | null) => ({
  claim: { ...CLAIM, repository: { ...CLAIM.repository, stated, url: null } },
})
const EVIL = 'The dependency `evil` ^1 is only in the published manifest.'
const BAD_MANIFEST: ManifestCheck = { ...MANIFEST, state: 'unexplained', differences: [EVIL], codeSurfaceDiffers: true }
const BAD_LOCK = { state: 'implausible', differences: ['The checksum of a 1.0.0 is another one.'] } as const
const DOUBLE = { code: 'duplicate-name', text: 'src/lib.rs is there twice.', entry: 'src/lib.rs' }
const ODD = { archive: { isReadable: true, anomalies: [DOUBLE] } }
const FOREIGN = { container: { ...PARTS.container, isCargo: false } }
const DIFFERS = compared('differs', [
  ...SAME,
  file('build.rs', 'only-in-crate', true),
  file('src/a.rs', 'differs', true),
])
const found = (how: 'tag' | 'manifest-history', outcome: 'match' | 'mismatch') => ({
  fallback: { how, outcome, candidates: 1 },
  anchor: anchorOf('found-by-search'),
  commit: OTHER,
})
const NOTHING_FITS = { fallback: { how: 'none', outcome: 'no-candidate', candidates: 0 } } as const
const problem = (kind: 'gone' | 'offline', text: string) => ({ ...NONE, mirrorProblem: { kind, text } })
const FAILED = {
  ...{ cargoVersion: '1.95.0', cargoChosen: '', command: [], detail: ['no such file'], lockFrom: 'none' as const },
  result: 'failed' as const,
}

const TABLE: readonly (readonly [string, Partial<VerdictParts>, Outcome, ContentGrade, string])[] = [
  ['all the same', {}, 'match', 'exact', 'All 2 compared files equal commit d698082, tag `v1.0.0` on a branch.'],
  [
    'the same on a branch',
    { anchor: anchorOf('branch') },
    ...([
      'match',
      'exact',
      'All 2 compared files equal commit d698082 on a branch, without a tag of this version.',
    ] as const),
  ],
  [
    'the same outside of branches',
    { anchor: anchorOf('outside-branches') },
    ...([
      'match',
      'exact',
      'All 2 compared files equal commit d698082, which no branch or tag of the repository reaches.',
    ] as const),
  ],
  [
    'a place that is not known',
    { anchor: null },
    ...([
      'match',
      'exact',
      'All 2 compared files equal commit d698082, whose place in the history is not known.',
    ] as const),
  ],
  [
    'line endings',
    { comparison: compared('line-endings', [file('a', 'line-endings'), file('b', 'same')]) },
    'match-line-endings',
    'line-endings',
    'All 2 compared files equal commit d698082, tag `v1.0.0` on a branch, 1 of them once line endings are made alike.',
  ],
  [
    'links stored as text',
    { comparison: compared('broken-symlinks', [file('a', 'broken-symlink'), file('b', 'same')]) },
    'match-broken-symlinks',
    'broken-symlinks',
    'All 2 compared files equal commit d698082, tag `v1.0.0` on a branch, 1 of them only as the text of a symbolic link.',
  ],
  [
    'contents that differ',
    { comparison: DIFFERS },
    'mismatch',
    'differs',
    '1 file differs, 1 file is only in the crate (compared with commit d698082), code among them: `build.rs`. This does not by itself mean harm; read the difference.',
  ],
  [
    'contents that differ in an odd archive',
    { comparison: DIFFERS, ...ODD, ...FOREIGN, rebuild: FAILED },
    'mismatch',
    'differs',
    '1 file differs, 1 file is only in the crate (compared with commit d698082), code among them: `build.rs`. This does not by itself mean harm; read the difference.',
  ],
  [
    'a manifest that cargo does not make',
    { manifest: BAD_MANIFEST },
    'mismatch',
    'differs',
    "The published Cargo.toml is not what cargo makes of the repository's (compared with commit d698082). This does not by itself mean harm; read the difference.",
  ],
  [
    'a lock file that the registry contradicts',
    { lock: BAD_LOCK },
    'mismatch',
    'differs',
    'Cargo.lock names packages that the registry has otherwise (compared with commit d698082). This does not by itself mean harm; read the difference.',
  ],
  [
    'an odd archive with the right contents',
    ODD,
    'archive-anomaly',
    'exact',
    'Not an archive as cargo writes it: src/lib.rs is there twice. All 2 compared files equal commit d698082, tag `v1.0.0` on a branch.',
  ],
  [
    'a container that no cargo writes, without a repository',
    { ...FOREIGN, ...NONE, ...nowhere(null) },
    'archive-anomaly',
    'unchecked',
    'Not an archive as cargo writes it: No version of cargo writes such a container.',
  ],
  [
    'an archive that cannot be read',
    {
      ...NONE,
      archive: { isReadable: false, anomalies: [{ code: 'truncated', text: 'It ends early.', entry: null }] },
    },
    'archive-anomaly',
    'unchecked',
    'Not an archive as cargo writes it: It ends early.',
  ],
  [
    'a submodule that cannot be had',
    { comparison: compared('partly-unchecked', [...SAME, file('c/a.c', 'unchecked')]) },
    'submodule-unavailable',
    'partly-unchecked',
    '1 file of a submodule could not be compared. Everything else equals commit d698082.',
  ],
  [
    'a part of the tree that cannot be read',
    {
      comparison: compared('partly-unchecked', [...SAME, { ...file('c/a.c', 'unchecked'), rule: 'folder-unreadable' }]),
    },
    'repository-unavailable',
    'partly-unchecked',
    'Could not be checked: 1 file lies in a part of the tree that cannot be read.',
  ],
  [
    'a crate that is all of a submodule that cannot be had',
    { comparison: compared('unchecked', [file('c/a.c', 'unchecked')]) },
    'submodule-unavailable',
    'unchecked',
    '1 file of a submodule could not be compared.',
  ],
  [
    'a missing commit',
    { ...NONE, ...NOTHING_FITS },
    'revision-not-found',
    'unchecked',
    'The repository does not give commit d698082. No commit that was looked at fits.',
  ],
  [
    'a missing commit, another one that fits',
    found('tag', 'match'),
    'revision-not-found',
    'exact',
    'The repository does not give commit d698082. It equals commit a1c94f0, chosen by its tag, in every compared file.',
  ],
  [
    'a missing commit in an old copy',
    { ...NONE, staleMirror: true },
    'undetermined-stale-mirror',
    'unchecked',
    'Not known yet: our copy of the repository is older than the publication and has no commit d698082.',
  ],
  [
    'a package that is nowhere in the commit',
    { comparison: null, locate: { path: null, warnings: [] } },
    'not-in-repository',
    'unchecked',
    'No folder of commit d698082 holds this package.',
  ],
  [
    'a repository that is gone',
    problem('gone', 'The server answers that there is no such repository'),
    'repository-unavailable',
    'unchecked',
    'Could not be checked: The server answers that there is no such repository.',
  ],
  [
    'a repository that is gone, without VCS info',
    { ...problem('gone', 'Gone.'), ...NO_VCS },
    'repository-unavailable',
    'unchecked',
    'Could not be checked: Gone.',
  ],
  [
    'no repository',
    { ...NONE, ...nowhere(null) },
    'no-repository',
    'unchecked',
    'Cannot be checked: the manifest names no repository.',
  ],
  [
    'a repository that is none',
    { ...NONE, ...nowhere('not a url') },
    'no-repository',
    'unchecked',
    'Cannot be checked: `not a url` is no address of a git repository.',
  ],
  [
    'no VCS info and nothing found',
    { ...NONE, ...NO_VCS, ...NOTHING_FITS },
    'no-vcs-info',
    'unchecked',
    'The archive does not say which commit it was made from. No commit that was looked at fits.',
  ],
  [
    'no VCS info, found by the manifest',
    { ...NO_VCS, ...found('manifest-history', 'match') },
    'no-vcs-info',
    'exact',
    'The archive does not say which commit it was made from. It equals commit a1c94f0, chosen by its manifest, in every compared file.',
  ],
  [
    'no VCS info, what was found differs',
    { ...NO_VCS, ...found('tag', 'mismatch'), comparison: DIFFERS },
    'no-vcs-info',
    'differs',
    'The archive does not say which commit it was made from. Against commit a1c94f0, chosen by its tag, 1 file differs, 1 file is only in the crate, code among them: `build.rs`.',
  ],
  [
    'a rebuild that failed',
    { rebuild: FAILED },
    'package-failed',
    'exact',
    'All 2 compared files equal commit d698082, tag `v1.0.0` on a branch, but cargo could not package it again: no such file.',
  ],
]

describe('decideVerdict', () => {
  it.each(TABLE)('judges %s', (_what, parts, outcome, content, sentence) => {
    const verdict = decideVerdict({ ...PARTS, ...parts })
    expect(verdict).toMatchObject({ outcome, content, sentence })
  })
  it('takes the anchor as given, and never guesses one', () => {
    expect(decideVerdict(PARTS).anchor).toBe('tag+branch')
    expect(decideVerdict({ ...PARTS, anchor: null }).anchor).toBe('unknown')
    expect(decideVerdict({ ...PARTS, ...NONE }).anchor).toBe('none')
  })
  it('marks the manifest and the lock file that their own checks found wrong', () => {
    const files = [...SAME, file('Cargo.lock', 'generated')]
    const verdict = decideVerdict({
      ...PARTS,
      comparison: compared('exact', files),
      manifest: BAD_MANIFEST,
      lock: BAD_LOCK,
    })
    const at = (path: string) => verdict.files.find(one => one.path === path)
    expect(at('Cargo.toml')).toMatchObject({ state: 'differs', concern: 3, isCode: true })
    expect(at('Cargo.lock')).toMatchObject({ state: 'differs', concern: 10 })
    expect(verdict.reasons.map(one => [one.weight, one.code])).toEqual([
      ['alarm', 'manifest-unexplained'],
      ['alarm', 'lock-implausible'],
    ])
    expect(verdict.reasons[0]?.text).toBe(EVIL)
  })
  it('marks a file as code that the published manifest makes cargo run', () => {
    const files = [...SAME, file('benches/x.rs', 'only-in-crate')]
    const manifest = { ...MANIFEST, codePaths: ['benches/x.rs'] }
    const verdict = decideVerdict({ ...PARTS, comparison: compared('differs', files), manifest })
    expect(verdict.files.at(-1)).toMatchObject({ isCode: true, concern: 1 })
  })
  it('says what a match leaves open', () => {
    const unchecked = { ...MANIFEST, state: 'unchecked', uncheckable: ['x'] } as const
    const half = decideVerdict({ ...PARTS, manifest: unchecked })
    expect(half.sentence).toMatch(/ The published Cargo\.toml could not be checked in full\.$/)
    expect(half.reasons).toMatchObject([{ code: 'manifest-unchecked', weight: 'warning' }])
  })
  it('takes an index that says otherwise than the manifest for a mismatch', () => {
    const index = { ...MANIFEST, index: 'differs', indexDifferences: ['`evil` is in the index only.'] } as const
    const odd = decideVerdict({ ...PARTS, manifest: index })
    expect(odd).toMatchObject({ outcome: 'mismatch', content: 'differs' })
    expect(odd.sentence).toMatch(/^The index says something else than the published Cargo\.toml \(compared/)
    expect(odd.reasons).toMatchObject([{ code: 'manifest-differs-from-index', weight: 'alarm' }])
  })
  it.each([
    ['publisher-dirty', { claim: { ...CLAIM, dirty: true } }],
    ['vcs-info-malformed', { ...NONE, claim: { ...CLAIM, commit: null, vcsInfo: 'malformed' } }],
    ['vcs-info-absent', { ...NONE, ...NO_VCS }],
    ['found-by-search', found('tag', 'match')],
    ['search-without-result', { ...NONE, ...NOTHING_FITS }],
    ['commit-missing', NONE],
    ['mirror-stale', { ...NONE, staleMirror: true }],
    ['repository-gone', problem('gone', 'Gone.')],
    ['offline', problem('offline', 'Offline.')],
    ['repository-not-declared', { ...NONE, ...nowhere(null) }],
    ['repository-not-git', { ...NONE, ...nowhere('x') }],
    ['archive-duplicate-name', ODD],
    ['container-not-cargo', FOREIGN],
    ['container-contradicts-date', { container: { ...PARTS.container, contradictsDate: 'Too new.' } }],
    ['may-miss-untracked', { container: { ...PARTS.container, mayMissUntracked: true } }],
    ['lock-odd', { lock: { state: 'plausible', differences: ['a 1.0.0 is newer.'] } }],
    ['rebuild-failed', { rebuild: FAILED }],
    ['rebuild-differs', { rebuild: { ...FAILED, result: 'differs' } }],
    ['rebuild-identical', { rebuild: { ...FAILED, result: 'identical-archive' } }],
  ] as const)('gives the reason %s', (code, parts) => {
    const verdict = decideVerdict({ ...PARTS, ...parts } as VerdictParts)
    expect(verdict.reasons.map(one => one.code)).toContain(code)
  })
  it('has nothing to say about a clean match', () => {
    expect(decideVerdict(PARTS).reasons).toEqual([])
  })
  it('does not let a harmless oddity of an old archive change the outcome', () => {
    const anomalies = [{ code: 'case-collision', text: 'A and a.', entry: 'a' }]
    expect(decideVerdict({ ...PARTS, archive: { isReadable: true, anomalies } })).toMatchObject({
      outcome: 'match',
      reasons: [{ code: 'archive-case-collision', weight: 'warning' }],
    })
  })
})

describe('orderReasons', () => {
  it('puts alarms first and says a thing once', () => {
    const [a, b, c] = [reasonOf('info', 'a', 'A.'), reasonOf('alarm', 'b', 'B.'), reasonOf('warning', 'c', 'C.')]
    expect(orderReasons([a, b, c, a])).toEqual([b, c, a])
  })
})
