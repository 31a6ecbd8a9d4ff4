/** Rows, summaries and records for tests. */
import type { Outcome, ProvenanceRecord, ProvenanceRow, ProvenanceSummary } from '../../shared/provenance.ts'

/** A summary of a check of `brine 1.0.0`. */
export function summaryOf(outcome: Outcome, change: Partial<ProvenanceSummary> = {}): ProvenanceSummary {
  return {
    crate: 'brine',
    version: '1.0.0',
    outcome,
    content: 'unchecked',
    anchor: 'branch',
    sentence: 'A sentence.',
    repository: 'https://git.example/r',
    commit: '0123456789abcdef0123456789abcdef01234567',
    path: '',
    fallback: null,
    files: {
      total: 12,
      same: 9,
      differing: 0,
      onlyInCrate: 0,
      onlyInRepository: 1,
      generated: 3,
      lineEndings: 0,
      brokenSymlinks: 0,
      unchecked: 0,
    },
    level: 'compare',
    publishedAt: '2021-04-01T00:00:00Z',
    checkedAt: 1,
    reasonCodes: [],
    accepted: null,
    stale: null,
    ...change,
  }
}

/** The row of a finished check. */
export function rowOf(outcome: Outcome, change: Partial<ProvenanceSummary> = {}): ProvenanceRow {
  const summary = summaryOf(outcome, change)
  return { crate: summary.crate, version: summary.version, state: 'done', summary, failure: null }
}

/** A row without a verdict. */
export function bareRow(state: ProvenanceRow['state'], crate = 'kelp', failure: string | null = null): ProvenanceRow {
  return { crate, version: '1.0.0', state, summary: null, failure }
}

/** A record whose claim, anchor and manifest hold, with the given outcome. */
export function recordOf(outcome: Outcome, change: Partial<ProvenanceSummary> = {}): ProvenanceRecord {
  const of = summaryOf(outcome, { anchor: 'tag+branch', ...change })
  const commit = of.commit ?? ''
  return {
    format: 1,
    crate: of.crate,
    version: of.version,
    outcome,
    content: of.content,
    anchor: of.anchor,
    sentence: of.sentence,
    reasons: [],
    repository: of.repository,
    commit: of.commit,
    path: of.path,
    pathFrom: 'vcs-info',
    fallback: of.fallback,
    files: of.files,
    identity: 'bytes',
    claim: {
      repository: { stated: of.repository, url: of.repository, hintPath: null, from: 'manifest' },
      commit: of.commit,
      path: of.path,
      dirty: false,
      vcsInfo: 'present',
    },
    anchorDetail: {
      reachableFrom: 'default-branch',
      refs: ['refs/heads/main'],
      defaultBranch: 'main',
      tag: {
        name: 'refs/tags/v1.0.0',
        objectId: commit,
        commit,
        isAnnotated: false,
        hasSignature: false,
        pointsHere: true,
        sameTree: true,
      },
      commitHasSignature: false,
    },
    container: { cargoFrom: '1.63', cargoTo: '1.92', isCargo: true, evidence: [] },
    manifest: { state: 'explained', differences: [], index: 'equal' },
    lock: { state: 'absent', differences: [] },
    rebuild: null,
    level: 'compare',
    archiveSha256: '0'.repeat(64),
    indexLineSha256: null,
    publishedAt: of.publishedAt,
    treeId: 'e'.repeat(40),
    mirror: {
      fetchedFrom: 'https://git.example/r',
      newestCommitAt: '2026-11-02T00:00:00Z',
      fetchedAt: Date.parse('2026-11-21T10:30:00Z'),
      partial: 'trees-on-demand',
    },
    tools: { git: '2.47.3', cargo: null, assay: '0.1.0' },
    fileResults: [],
    checkedAt: of.checkedAt,
    tookMs: 5,
  }
}
