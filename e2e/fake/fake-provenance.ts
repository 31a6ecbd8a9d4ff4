/** Made-up results of provenance checks, in the shapes of real ones. Crates, repositories and verdicts are invented. */
import { brand } from '../../src/shared/domain.ts'
import {
  OUTCOMES,
  type FileResult,
  type Outcome,
  type ProvenanceRecord,
  type ProvenanceRow,
  type ProvenanceSnapshot,
  type ProvenanceSummary,
} from '../../src/shared/provenance.ts'
import type { FileDiff, Hunk, Review } from '../../src/shared/wire.ts'
import { NOW } from './fake-data.ts'

const hex = (seed: number, length: number): string => {
  let state = Math.imul(seed | 0, 2_654_435_761) >>> 0
  let text = ''
  while (text.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0
    text += state.toString(16).padStart(8, '0')
  }
  return text.slice(0, length)
}

const file = (path: string, state: FileResult['state'], rest: Partial<FileResult> = {}): FileResult => ({
  path,
  state,
  rule: null,
  repositoryPath: state === 'only-in-crate' || state === 'generated' ? null : `brine/${path}`,
  archiveBlob: state === 'only-in-repository' ? null : hex(path.length, 40),
  treeBlob:
    state === 'only-in-crate' || state === 'generated' ? null : hex(path.length + (state === 'same' ? 0 : 7), 40),
  sizeBytes: 1_200 + path.length * 31,
  concern: state === 'same' || state === 'same-by-rule' || state === 'generated' ? null : 7,
  isCode: /\.(rs|c|h)$/.test(path),
  ...rest,
})

export const brineFiles: readonly FileResult[] = [
  file('src/probe.rs', 'only-in-crate', { concern: 1 }),
  file('build.rs', 'differs', { concern: 2 }),
  file('vendor/brine/frame.c', 'differs', { concern: 2 }),
  file('tests/data/frames.bin', 'only-in-crate', { concern: 7 }),
  file('LICENSE', 'same-by-rule', { rule: 'link-followed', repositoryPath: 'LICENSE' }),
  file('scripts/pack.cmd', 'line-endings', { rule: 'crlf', concern: 9 }),
  file('.github/workflows/ci.yml', 'only-in-repository', { concern: 11 }),
  file('benches/frames.rs', 'only-in-repository', { concern: 11, rule: 'excluded by the manifest' }),
  file('Cargo.toml', 'generated', { rule: 'cargo-toml' }),
  file('Cargo.lock', 'generated', { rule: 'cargo-lock' }),
  file('.cargo_vcs_info.json', 'generated', { rule: 'vcs-info' }),
  file('Cargo.toml.orig', 'same', { repositoryPath: 'brine/Cargo.toml' }),
  ...Array.from({ length: 104 }, (_, i) => file(`src/codec/table_${String(i).padStart(3, '0')}.rs`, 'same')),
]

const countsOf = (files: readonly FileResult[]): ProvenanceSummary['files'] => {
  const of = (state: FileResult['state']) => files.filter(f => f.state === state).length
  return {
    total: files.length - of('only-in-repository'),
    same: of('same') + of('same-by-rule'),
    differing: of('differs'),
    onlyInCrate: of('only-in-crate'),
    onlyInRepository: of('only-in-repository'),
    generated: of('generated'),
    lineEndings: of('line-endings'),
    brokenSymlinks: of('broken-symlink'),
    unchecked: of('unchecked'),
  }
}

const NAMES = 'alder birch cedar elder fir hazel juniper larch maple oak pine rowan spruce willow yew'.split(' ')
const nameAt = (i: number): string => NAMES[i % NAMES.length] ?? 'ash'

const SENTENCES: Readonly<Record<Outcome, (seed: number) => string>> = {
  mismatch: () =>
    '2 files in the crate differ from commit d698082 and 2 are not in the repository at all, one of them code.',
  'archive-anomaly': () => 'The archive holds two entries of the same name, which no cargo writes.',
  'submodule-unavailable': seed =>
    `${3 + (seed % 60)} files come from the submodule vendor/${nameAt(seed)}, whose repository could not be had.`,
  'revision-not-found': seed => `Commit ${hex(seed, 7)} is not in the repository.`,
  'not-in-repository': seed => `Commit ${hex(seed, 7)} has no package of this name and version.`,
  'repository-unavailable': seed => `The repository answered ${seed % 3 === 0 ? 410 : 404}.`,
  'undetermined-stale-mirror': () => 'Our copy ends before this version was published; fetch it anew.',
  'package-failed': () => 'cargo package ended with code 101.',
  'no-repository': () => 'The manifest names no repository.',
  'no-vcs-info': () => 'The archive does not say which commit it was made from.',
  'match-broken-symlinks': seed => `${1 + (seed % 3)} licence files hold the text of a symbolic link.`,
  'match-line-endings': seed => `${2 + (seed % 40)} files differ from the repository in line endings only.`,
  match: () => 'Every file equals the repository at the named commit.',
}
const SPREAD: readonly Outcome[] = [
  ...Array.from({ length: 64 }, (): Outcome => 'match'),
  ...Array.from({ length: 4 }, (): Outcome => 'no-vcs-info'),
  ...Array.from({ length: 3 }, (): Outcome => 'revision-not-found'),
  ...OUTCOMES.filter(outcome => outcome !== 'mismatch' && outcome !== 'archive-anomaly'),
]

const smallFiles = (same: number): ProvenanceSummary['files'] => ({
  total: same + 3,
  same,
  differing: 0,
  onlyInCrate: 0,
  onlyInRepository: 4,
  generated: 3,
  lineEndings: 0,
  brokenSymlinks: 0,
  unchecked: 0,
})

export function summary(
  crate: string,
  version: string,
  outcome: Outcome,
  rest: Partial<ProvenanceSummary> = {},
): ProvenanceSummary {
  const seed = [...crate].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, version.length) >>> 0
  const hasCommit = outcome.startsWith('match') || outcome === 'mismatch' || outcome === 'archive-anomaly'
  return {
    crate,
    version,
    outcome,
    content: hasCommit ? (outcome === 'mismatch' ? 'differs' : 'exact') : 'unchecked',
    anchor: hasCommit ? 'tag+branch' : 'none',
    sentence: SENTENCES[outcome](seed),
    repository: outcome === 'no-repository' ? null : `https://git.example/${crate}/${crate}`,
    commit: hasCommit ? hex(seed, 40) : null,
    path: hasCommit ? '' : null,
    fallback:
      outcome === 'no-vcs-info' && seed % 3 > 0
        ? { how: 'manifest-history', outcome: 'match', candidates: 1 + (seed % 4) }
        : null,
    files: smallFiles(5 + (seed % 120)),
    level: 'compare',
    publishedAt: `${2016 + ((seed >>> 3) % 11)}-0${1 + (seed % 9)}-11T08:00:00Z`,
    checkedAt: NOW - (1 + (seed % 50)) * 400_000,
    reasonCodes: hasCommit ? [] : [outcome],
    accepted: null,
    stale: null,
    ...rest,
  }
}

const done = (of: ProvenanceSummary): ProvenanceRow => ({
  crate: of.crate,
  version: of.version,
  state: 'done',
  summary: of,
  failure: null,
})
const without = (crate: string, version: string, state: ProvenanceRow['state'], failure?: string): ProvenanceRow => ({
  crate,
  version,
  state,
  summary: null,
  failure: failure ?? null,
})

/** The crate whose files differ; also a package of the fake queue. */
export const BRINE = { crate: 'brine-sys', version: '2.0.13' }
/** Where its version before came from. */
const FORMER = 'https://git.example/mara/brine'
const notable = brineFiles.filter(f => f.concern !== null).map(f => f.path)

const special: readonly ProvenanceRow[] = [
  done(
    summary(BRINE.crate, BRINE.version, 'mismatch', {
      files: countsOf(brineFiles),
      commit: 'd698082588384693d4dfe726676187c8213c1b19',
      path: 'brine',
      reasonCodes: ['only-in-crate-code', 'differs-code', 'publisher-dirty', 'repository-changed'],
      notablePaths: notable,
    }),
  ),
  done(
    summary('quill-derive', '0.9.2', 'mismatch', {
      files: { ...smallFiles(41), differing: 1 },
      accepted: {
        who: 'Mara Okafor <mara.okafor@helio.example>',
        reason: 'One word in the readme, edited while publishing.',
        until: '2027-05-21',
        at: NOW - 5_000_000,
      },
    }),
  ),
  done(summary('itoa', '1.0.14', 'match')),
  done(summary('hashbrown', '0.15.2', 'match')),
  done(summary('tokio', '1.42.0', 'match')),
  done(summary('tern', '1.4.0', 'archive-anomaly', { reasonCodes: ['duplicate-name'] })),
  done(summary('copperline', '0.3.1', 'match', { anchor: 'outside-branches', reasonCodes: ['outside-branches'] })),
  done(summary('tidepool', '1.13.2', 'match-broken-symlinks')),
  done(summary('tidepool-macros', '1.13.2', 'match', { stale: 'The tag v1.13.2 moved since this was checked.' })),
  without('lanternfish', '0.23.19', 'queued'),
  without('kelp', '0.4.0', 'running'),
  without('sandbar', '0.1.9', 'failed', 'The repository did not answer within 60 s.'),
  without('helio-core', '0.4.0', 'not-applicable'),
]

/** `count` invented rows of every outcome, after the special ones. */
export function rows(count: number, notRun: number): ProvenanceRow[] {
  const made = Array.from({ length: count }, (_, i) => {
    const name = `${nameAt(i)}-${nameAt(i * 7 + 3)}${i >= 15 ? `-${i}` : ''}`
    const version = `${i % 4}.${(i * 7) % 30}.${i % 11}`
    if (i < notRun) return without(name, version, 'not-run')
    return done(summary(name, version, SPREAD[(i * 11) % SPREAD.length] ?? 'match'))
  })
  return [...special, ...made]
}

export function provenanceSnapshot(list: readonly ProvenanceRow[]): ProvenanceSnapshot {
  return { generation: 1, scope: 'workspace', rows: [...list], run: null }
}

/** The record behind a row, as far as the invented data goes. */
export function recordOf(of: ProvenanceSummary): ProvenanceRecord {
  const isBrine = of.crate === BRINE.crate
  const plain = Array.from({ length: of.files.same }, (_, i) =>
    file(`src/part_${String(i).padStart(3, '0')}.rs`, 'same'),
  )
  const generated = [file('Cargo.toml', 'generated'), file('.cargo_vcs_info.json', 'generated')]
  const differing = of.files.differing > 0 ? [file('README.md', 'differs', { concern: 7 })] : []
  return {
    format: 1,
    crate: of.crate,
    version: of.version,
    outcome: of.outcome,
    content: of.content,
    anchor: of.anchor,
    sentence: of.sentence,
    repository: of.repository,
    commit: of.commit,
    path: of.path,
    fallback: of.fallback,
    files: of.files,
    level: of.level,
    publishedAt: of.publishedAt,
    checkedAt: of.checkedAt,
    pathFrom: of.commit === null ? 'none' : 'vcs-info',
    reasons: isBrine
      ? [
          {
            code: 'only-in-crate-code',
            text: 'A source file is only in the crate, and cargo compiles it.',
            weight: 'alarm',
            about: ['src/probe.rs'],
          },
          {
            code: 'differs-code',
            text: 'The build script and a vendored C source differ from the repository.',
            weight: 'alarm',
            about: ['build.rs', 'vendor/brine/frame.c'],
          },
          { code: 'publisher-dirty', text: 'It was packaged with uncommitted changes.', weight: 'warning', about: [] },
          {
            code: 'repository-changed',
            text: `The repository is another one than that of version 2.0.12: ${of.repository} instead of ${FORMER}.`,
            weight: 'warning',
            about: [],
          },
        ]
      : of.outcome === 'match'
        ? []
        : [{ code: of.reasonCodes[0] ?? of.outcome, text: of.sentence, weight: 'warning', about: [] }],
    identity: of.commit === null ? 'none' : 'bytes',
    claim: {
      repository: {
        stated: of.repository,
        url: of.repository,
        hintPath: null,
        from: of.repository === null ? 'none' : 'manifest',
      },
      commit: of.outcome === 'no-vcs-info' ? null : (of.commit ?? hex(of.crate.length, 40)),
      path: of.path,
      dirty: of.outcome === 'no-vcs-info' ? null : isBrine,
      vcsInfo: of.outcome === 'no-vcs-info' ? 'absent' : 'present',
    },
    anchorDetail: {
      reachableFrom: of.anchor === 'tag+branch' ? 'default-branch' : 'none',
      refs: of.anchor === 'tag+branch' ? ['refs/heads/main'] : [],
      defaultBranch: 'main',
      tag:
        of.anchor === 'tag+branch'
          ? {
              name: `refs/tags/v${of.version}`,
              objectId: of.commit ?? '',
              commit: of.commit ?? '',
              isAnnotated: false,
              hasSignature: false,
              pointsHere: true,
              sameTree: true,
            }
          : null,
      commitHasSignature: of.commit === null ? null : false,
    },
    earlier: isBrine
      ? { published: '2.0.12', known: { version: '2.0.12', repository: FORMER, path: 'brine' } }
      : { published: '0.0.9', known: { version: '0.0.8', repository: of.repository, path: of.path } },
    container: {
      cargoFrom: '1.63',
      cargoTo: '1.92',
      isCargo: of.outcome !== 'archive-anomaly',
      evidence: ['Sources have the time 1153704088.'],
    },
    manifest: { state: of.commit === null ? 'unchecked' : 'explained', differences: [], index: 'equal' },
    lock: { state: 'plausible', differences: [] },
    rebuild: null,
    archiveSha256: hex(of.crate.length + 3, 64),
    indexLineSha256: hex(of.crate.length + 5, 64),
    treeId: of.commit === null ? null : hex(of.crate.length + 9, 40),
    mirror:
      of.commit === null
        ? null
        : {
            fetchedFrom: of.repository ?? '',
            newestCommitAt: '2026-11-02T10:00:00Z',
            fetchedAt: NOW - 3_000_000,
            partial: 'trees-on-demand',
          },
    tools: { git: '2.47.3', cargo: '1.95.0', assay: '0.1.0' },
    fileResults: isBrine ? [...brineFiles] : [...differing, ...generated, ...plain],
    tookMs: 7,
  }
}

const buildScript = (flag: string): string =>
  [
    'use std::env;',
    '',
    'fn main() {',
    '    println!("cargo:rerun-if-changed=vendor");',
    '    let target = env::var("TARGET").unwrap();',
    flag,
    '    cc::Build::new()',
    '        .file("vendor/brine/frame.c")',
    '        .opt_level(2)',
    '        .compile("brine");',
    '    println!("cargo:warning=built for {target}");',
    '}',
    '',
  ].join('\n')

/** Repository side left, crate side right. */
export function pairOf(path: string): FileDiff {
  const text = (oldText: string | null, newText: string | null, hunks: readonly Hunk[]): FileDiff => ({
    kind: 'text',
    path,
    oldText,
    newText,
    hunks: [...hunks],
    approximate: null,
    language: path.endsWith('.c') ? 'c' : 'rust',
    remarks: [],
    suspicious: [],
  })
  if (path.endsWith('.bin')) {
    const info = { size: 4_096, sha256: hex(4, 64), type: 'data', preview: ['FRAME', 'brine'] }
    return { kind: 'binary', path, old: null, new: info }
  }
  if (path === 'build.rs') {
    const before = buildScript('    let flags = env::var("BRINE_FLAGS").unwrap_or_default();')
    const after = buildScript('    let flags = std::fs::read_to_string("/etc/hostname").unwrap_or_default();')
    return text(before, after, [{ oldStart: 6, oldEnd: 7, newStart: 6, newEnd: 7 }])
  }
  if (path === 'src/probe.rs')
    return text(null, '//! Not in the repository.\n\npub fn probe() -> u32 {\n    41\n}\n', [
      { oldStart: 1, oldEnd: 1, newStart: 1, newEnd: 6 },
    ])
  const same = `// ${path}\nint frame(void) {\n    return 1;\n}\n`
  const changed = same.replace('return 1', 'return 2')
  if (path.endsWith('.c')) return text(same, changed, [{ oldStart: 3, oldEnd: 4, newStart: 3, newEnd: 4 }])
  return text(same, same, [])
}

/** A review of the change to the crate whose files differ. */
export const brineReview: Review = {
  id: 'brine',
  crate: brand<'CrateName'>(BRINE.crate),
  delta: { from: brand<'VetVersion'>('2.0.12'), to: brand<'VetVersion'>(BRINE.version) },
  files: (['build.rs', 'src/probe.rs', 'vendor/brine/frame.c'] as const).map(path => ({
    path,
    oldPath: null,
    change: path === 'src/probe.rs' ? 'added' : 'modified',
    group: path === 'build.rs' ? 'build' : path.endsWith('.c') ? 'ffi' : 'source',
    insertions: 3,
    deletions: 1,
    isBinary: false,
    sizeOld: path === 'src/probe.rs' ? null : 900,
    sizeNew: 1_000,
    mark: 'unread',
    isCounted: true,
    suspicious: 0,
  })),
  unchangedFiles: 110,
  stat: { insertions: 9, deletions: 3, filesChanged: 3 },
  sourceNew: { checksum: hex(3, 64), verifiedBy: 'index' },
  sourceOld: { checksum: hex(5, 64), verifiedBy: 'index' },
  criteria: [brand<'CriteriaName'>('safe-to-deploy')],
  resume: null,
}

/** Old version left, new version right: other lines than beside the repository. */
export function changeOf(path: string): FileDiff {
  const after = pairOf(path)
  if (after.kind !== 'text' || after.newText === null) return after
  const lines = after.newText.split('\n')
  const oldText =
    path === 'src/probe.rs'
      ? null
      : [...lines.slice(0, 2), '// written for the older version', ...lines.slice(2)].join('\n')
  const hunks = oldText === null ? after.hunks : [{ oldStart: 3, oldEnd: 4, newStart: 3, newEnd: 3 }]
  return { ...after, oldText, hunks }
}
