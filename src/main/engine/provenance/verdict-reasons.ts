/** What each part of a check adds to the reasons of its verdict. */
import type { FileResult, Rebuild, Reason } from '../../../shared/provenance.ts'
import { firstOf, orderReasons, reasonOf } from './reasons.ts'
import type { ManifestCheck } from './manifest-check.ts'
import type { VerdictParts } from './verdict.ts'

/** Oddities that a usual archive may have as well; every other one makes the archive an anomaly. */
const HARMLESS = new Set(['long-name', 'no-end-marker', 'odd-name', 'case-collision', 'pax-record', 'folder-entry'])

/** cargo resolves by the index and builds by the manifest: one that says otherwise than the other hides a dependency. */
export const isManifestWrong = ({ state, index }: ManifestCheck): boolean =>
  state === 'unexplained' || index === 'differs'

/** Not compared because the repository's own tree cannot be read there (too large, damaged), no submodule's. */
export const isUnread = ({ state, rule }: FileResult): boolean => state === 'unchecked' && rule === 'folder-unreadable'

/** The oddities that no archive of cargo's has, in words. */
export function structuralAnomalies({ archive, container }: VerdictParts): readonly string[] {
  const odd = archive.anomalies.filter(anomaly => !HARMLESS.has(anomaly.code)).map(anomaly => anomaly.text)
  const foreign = container.isCargo ? [] : ['No version of cargo writes such a container.']
  return [...odd, ...foreign]
}

export function verdictReasons(parts: VerdictParts): readonly Reason[] {
  return orderReasons([
    ...archiveReasons(parts),
    ...manifestReasons(parts),
    ...lockReasons(parts),
    ...claimReasons(parts),
    ...(parts.comparison?.reasons ?? []),
    ...(parts.anchor?.reasons ?? []),
    ...(parts.locate?.warnings ?? []),
    ...(parts.rebuild === null ? [] : [rebuildReason(parts.rebuild)]),
  ])
}

function archiveReasons({ archive, container }: VerdictParts): readonly Reason[] {
  const { contradictsDate, mayMissUntracked } = container
  const oddities = archive.anomalies.map(({ code, text, entry }) =>
    reasonOf(HARMLESS.has(code) ? 'warning' : 'alarm', `archive-${code}`, text, entry === null ? [] : [entry]),
  )
  return [
    ...oddities,
    ...(container.isCargo
      ? []
      : [reasonOf('alarm', 'container-not-cargo', 'No version of cargo writes such a container.')]),
    ...(contradictsDate === null ? [] : [reasonOf('warning', 'container-contradicts-date', contradictsDate)]),
    ...(mayMissUntracked
      ? [
          reasonOf(
            'info',
            'may-miss-untracked',
            'The cargo that made it (1.90 to 1.93 is possible) could pack untracked files without saying so.',
          ),
        ]
      : []),
  ]
}

function manifestReasons({ manifest, comparison }: VerdictParts): readonly Reason[] {
  const { state, differences, index, indexDifferences, uncheckable, codeSurfaceDiffers } = manifest
  const reasons: Reason[] = []
  if (state === 'unexplained') {
    const code = codeSurfaceDiffers ? 'manifest-unexplained' : 'manifest-text-differs'
    reasons.push(reasonOf('alarm', code, firstOf(differences), ['Cargo.toml']))
  }
  if (index === 'differs') {
    reasons.push(reasonOf('alarm', 'manifest-differs-from-index', firstOf(indexDifferences), ['Cargo.toml']))
  }
  if (state === 'unchecked' && comparison !== null) {
    const what = `The published Cargo.toml could not be checked in full: ${uncheckable.slice(0, 3).join('; ')}.`
    reasons.push(reasonOf('warning', 'manifest-unchecked', what, ['Cargo.toml']))
  }
  return reasons
}

function lockReasons({ lock }: VerdictParts): readonly Reason[] {
  const about = ['Cargo.lock']
  if (lock.state === 'implausible') return [reasonOf('alarm', 'lock-implausible', firstOf(lock.differences), about)]
  if (lock.differences.length > 0) return [reasonOf('warning', 'lock-odd', firstOf(lock.differences), about)]
  return lock.state === 'unchecked'
    ? [reasonOf('info', 'lock-unchecked', 'Cargo.lock could not be held against the index.', about)]
    : []
}

const NOT_READ: Readonly<Record<string, string>> = {
  gone: 'repository-gone',
  refused: 'repository-refused',
  'no-network': 'no-network',
  offline: 'offline',
  corrupt: 'mirror-corrupt',
  'too-large': 'repository-too-large',
  timeout: 'repository-timeout',
  'not-allowed': 'repository-not-allowed',
  'git-missing': 'git-missing',
}

function claimReasons(parts: VerdictParts): readonly Reason[] {
  const { claim, mirrorProblem, fallback, commit, staleMirror, locate } = parts
  const sibling = parts.sibling ?? null
  const reasons: Reason[] = []
  const add = (...args: Parameters<typeof reasonOf>) => void reasons.push(reasonOf(...args))
  if (claim.repository.stated === null) add('warning', 'repository-not-declared', 'The manifest names no repository.')
  else if (claim.repository.url === null)
    add('warning', 'repository-not-git', 'What the manifest names as its repository is no address of one.')
  if (claim.vcsInfo === 'absent')
    add('info', 'vcs-info-absent', 'The archive does not say which commit it was made from.')
  if (claim.vcsInfo === 'malformed')
    add('warning', 'vcs-info-malformed', 'What the archive says about its commit cannot be used.', [
      '.cargo_vcs_info.json',
    ])
  if (claim.dirty === true)
    add('warning', 'publisher-dirty', "cargo noted that the publisher's folder had changes that were not committed.")
  if (mirrorProblem !== null) add('warning', NOT_READ[mirrorProblem.kind] ?? 'mirror-failed', mirrorProblem.text)
  const isElsewhere = commit !== claim.commit || sibling !== null
  if (claim.commit !== null && mirrorProblem === null && claim.repository.url !== null && isElsewhere) {
    if (staleMirror)
      add('warning', 'mirror-stale', 'The newest commit of our copy of the repository is older than the publication.')
    else add('warning', 'commit-missing', `The repository does not give commit ${claim.commit.slice(0, 7)}.`)
  }
  if (sibling !== null)
    add('warning', 'found-by-search', `The commit was found by search, in ${sibling}, which the archive does not name.`)
  else if (fallback !== null && fallback.how !== 'none')
    add('warning', 'found-by-search', 'The commit was chosen by search, so that it fits; the archive does not name it.')
  if (fallback?.how === 'none') add('info', 'search-without-result', 'No commit that was looked at fits the archive.')
  if (locate?.path === null) add('warning', 'package-not-found', 'No folder of the commit holds this package.')
  return reasons
}

function rebuildReason({ result, cargoVersion, detail }: Rebuild): Reason {
  const by = cargoVersion === null ? 'cargo' : `cargo ${cargoVersion}`
  switch (result) {
    case 'identical-archive':
      return reasonOf('info', 'rebuild-identical', `${by} made the same archive again, byte for byte.`)
    case 'identical-tar':
      return reasonOf('info', 'rebuild-identical-tar', `${by} made the same archive again, compressed in another way.`)
    case 'same-contents':
      return reasonOf('info', 'rebuild-same-contents', `${by} packed the same files with the same contents.`)
    case 'generated-differ':
      return reasonOf('info', 'rebuild-generated-differ', `${by} packed the same files, its own apart.`, detail)
    case 'differs':
      return reasonOf('warning', 'rebuild-differs', `${by} packs other contents from that commit.`, detail)
    case 'failed':
      return reasonOf(
        'warning',
        'rebuild-failed',
        `${by} could not package that commit: ${detail[0] ?? 'no reason given'}`,
      )
  }
}
