/** A record as tests need it. Not part of the product. */
import type { ProvenanceRecord } from '../../../shared/provenance.ts'

export function testRecord(crate: string, version: string, more: Partial<ProvenanceRecord> = {}): ProvenanceRecord {
  return {
    format: 1,
    crate,
    version,
    outcome: 'match',
    content: 'exact',
    anchor: 'tag+branch',
    sentence: 'Every file is equal to the repository at the commit it names.',
    reasons: [],
    repository: `https://git.example/${crate}`,
    commit: 'c'.repeat(40),
    path: '',
    pathFrom: 'vcs-info',
    fallback: null,
    files: {
      ...{ total: 5, same: 2, differing: 0, onlyInCrate: 0, onlyInRepository: 1, generated: 3 },
      ...{ lineEndings: 0, brokenSymlinks: 0, unchecked: 0 },
    },
    identity: 'sha1',
    claim: {
      repository: { stated: null, url: null, hintPath: null, from: 'none' },
      ...{ commit: 'c'.repeat(40), path: '', dirty: false, vcsInfo: 'present' },
    },
    anchorDetail: {
      reachableFrom: 'default-branch',
      refs: [],
      defaultBranch: null,
      tag: null,
      commitHasSignature: null,
    },
    container: { cargoFrom: '1.93', cargoTo: null, isCargo: true, evidence: [] },
    manifest: { state: 'explained', differences: [], index: 'equal' },
    lock: { state: 'absent', differences: [] },
    rebuild: null,
    level: 'compare',
    archiveSha256: 'a'.repeat(64),
    indexLineSha256: 'b'.repeat(64),
    publishedAt: '2026-05-01T12:00:00Z',
    treeId: 'd'.repeat(40),
    mirror: null,
    tools: { git: '2.47.3', cargo: null, assay: 'test' },
    fileResults: [
      {
        ...{ path: 'src/lib.rs', state: 'same', rule: null, repositoryPath: 'src/lib.rs', sizeBytes: 3 },
        ...{ archiveBlob: 'e'.repeat(40), treeBlob: 'e'.repeat(40), concern: null, isCode: true },
      },
    ],
    checkedAt: Date.parse('2026-06-01T00:00:00Z'),
    tookMs: 5,
    ...more,
  }
}
