/**
 * A record told in four steps, each of which can be the one that failed: what the archive claims, what the repository
 * shows for it, how it was compared, and the verdict. Pure; sentences only from what the record holds.
 */
import type { FileResult, ProvenanceRecord } from '../../shared/provenance.ts'
import type { IconName } from '../parts/icon.tsx'
import { age, count, listText, number } from '../parts/words.ts'
import { earlierText } from './earlier-text.ts'
import { ANCHOR, isMatch, STATUS, type Tone } from './texts.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly isCode?: boolean
}
export interface Step {
  readonly title: 'Claim' | 'Evidence' | 'Plan' | 'Verdict'
  readonly glyph: IconName
  readonly tone: Tone
  readonly facts: readonly Fact[]
  /** Sentences in order. */
  readonly texts: readonly string[]
  /** A command line, shown before it runs or as it ran. */
  readonly command: string | null
}

const GLYPH: Readonly<Record<Tone, IconName>> = {
  match: 'ok',
  almost: 'wave',
  unknown: 'unknown',
  differ: 'differ',
  notrun: 'outside',
}
const step = (title: Step['title'], tone: Tone, rest: Partial<Step>): Step => ({
  title,
  tone,
  glyph: GLYPH[tone],
  facts: [],
  texts: [],
  command: null,
  ...rest,
})

function claimStep(record: ProvenanceRecord): Step {
  const { claim } = record
  const { repository, vcsInfo } = claim
  const stated = repository.url ?? repository.stated
  const facts: Fact[] = [
    { name: 'Repository', value: stated === null ? 'not declared' : `${stated}, from Cargo.toml` },
    { name: 'Commit', value: claim.commit ?? 'not stated', isCode: claim.commit !== null },
    {
      name: 'Path',
      value: claim.path === null ? 'not stated' : claim.path === '' ? 'the root' : claim.path,
      isCode: (claim.path ?? '') !== '',
    },
  ]
  const texts = [
    vcsInfo === 'absent' && 'The archive has no .cargo_vcs_info.json.',
    vcsInfo === 'malformed' && 'The .cargo_vcs_info.json of the archive could not be used.',
    repository.stated !== null && repository.url === null && 'That address names no git repository.',
    claim.dirty === true && 'The publisher’s cargo says that there were uncommitted changes.',
    claim.dirty === false &&
      vcsInfo === 'present' &&
      'The archive says that nothing was uncommitted, which proves nothing.',
    earlierText(record),
  ].filter(text => text !== false && text !== null)
  const isWhole = repository.url !== null && claim.commit !== null
  return step('Claim', !isWhole ? 'unknown' : claim.dirty === true ? 'almost' : 'match', { facts, texts })
}

const NO_EVIDENCE: Readonly<Record<string, string>> = {
  'repository-unavailable': 'The repository could not be had.',
  'revision-not-found': 'The commit is not in the repository, nor does its server hand it out.',
  'undetermined-stale-mirror': 'Our copy of the repository is older than the publication.',
  'not-in-repository': 'No folder of that commit has a package of this name and version.',
  'no-repository': 'There is no repository to look into.',
}

/** Where the commit hangs in the project's history, in one sentence. */
function placeText({ anchor, anchorDetail: at, commit }: ProvenanceRecord): string | null {
  if (commit === null) return null
  const { tag, refs } = at
  const branches = refs.filter(ref => !ref.startsWith('refs/tags/')).map(shortRef)
  const where =
    anchor === 'tag+branch' || anchor === 'branch' ? `on ${listText(branches) || 'a branch'}` : ANCHOR[anchor].label
  const isTagHere = tag !== null && tag.pointsHere
  const named = isTagHere && anchor === 'tag+branch' ? `, tag ${shortRef(tag.name)} points to it` : ''
  return `The commit is ${where}${named}.`
}

function tagText({ anchor, anchorDetail: { tag }, commit }: ProvenanceRecord): string | null {
  if (commit === null) return null
  if (tag === null) return 'No tag names this version.'
  if (tag.pointsHere) return anchor === 'tag+branch' ? null : `Tag ${shortRef(tag.name)} points to it.`
  const same = tag.sameTree ? ', which has the same files' : ''
  return `Tag ${shortRef(tag.name)} names this version but points to ${tag.commit.slice(0, 7)}${same}.`
}

function signedText({ anchorDetail: { tag, commitHasSignature }, commit }: ProvenanceRecord): string | null {
  if (commit === null) return null
  const signed = [commitHasSignature === true && 'the commit', tag?.hasSignature === true && 'the tag'].filter(
    part => part !== false,
  )
  if (signed.length > 0) return `A signature is on ${listText(signed)}; it was not verified.`
  return commitHasSignature === null ? null : 'Nothing is signed.'
}

function mirrorText({ mirror }: ProvenanceRecord, now: number): string | null {
  if (mirror === null) return null
  const from = mirror.fetchedAt === null ? 'of an unknown time' : `from ${age(mirror.fetchedAt, now)}`
  const newest = mirror.newestCommitAt === null ? '' : `, its newest commit from ${mirror.newestCommitAt.slice(0, 10)}`
  return `Our copy is ${from}${newest}.`
}

function evidenceStep(record: ProvenanceRecord, now: number): Step {
  const { anchor, commit, path, pathFrom, claim } = record
  const facts: Fact[] = []
  if (record.repository !== claim.repository.url)
    facts.push({ name: 'Found in', value: record.repository ?? 'no repository' })
  if (commit !== null && commit !== claim.commit) facts.push({ name: 'Compared', value: commit, isCode: true })
  if (path !== null && path !== claim.path)
    facts.push({ name: 'Folder', value: path === '' ? 'the root' : path, isCode: path !== '' })
  const texts = [
    NO_EVIDENCE[record.outcome],
    placeText(record),
    tagText(record),
    pathFrom === 'manifest-blob' && 'The folder is not stated; it is the one with the same Cargo.toml.',
    pathFrom === 'package-name' && 'The folder is not stated; it was found by the name of the package.',
    signedText(record),
    mirrorText(record, now),
  ].filter(text => text !== false && text !== null && text !== undefined)
  const tone = commit === null ? 'unknown' : ANCHOR[anchor].tone
  return step('Evidence', tone, { facts, texts, glyph: anchor === 'outside-branches' ? 'warn' : GLYPH[tone] })
}

const shortRef = (ref: string): string => ref.replace(/^refs\/(heads|tags|remotes\/origin)\//, '')

function cargoRange({ container }: ProvenanceRecord): string {
  const { cargoFrom, cargoTo, isCargo } = container
  if (!isCargo) return 'No cargo writes such an archive.'
  if (cargoFrom === null && cargoTo === null) return 'Which cargo made the archive is not known.'
  if (cargoFrom === cargoTo) return `Made by cargo ${cargoFrom ?? ''}, inferred from the archive, an assumption.`
  const range = cargoTo === null ? `${cargoFrom ?? ''} or newer` : `${cargoFrom ?? 'an old one'} to ${cargoTo}`
  return `Made by cargo ${range}, inferred from the archive, an assumption.`
}

const REBUILT: Readonly<Record<string, readonly [string, Tone]>> = {
  'identical-archive': ['The rebuilt archive is identical byte for byte.', 'match'],
  'identical-tar': ['The rebuilt archive has identical contents and headers; only the compression differs.', 'match'],
  'same-contents': ['The rebuilt archive holds the same files.', 'match'],
  'generated-differ': ['In the rebuilt archive only files that cargo generates differ.', 'almost'],
  differs: ['The rebuilt archive differs.', 'differ'],
  failed: ['cargo package did not finish.', 'unknown'],
}

/** What a rebuild runs first, written as the record writes it afterwards; where it can, cut off from any network. */
export function plannedCommand(record: ProvenanceRecord): string | null {
  if (record.commit === null || record.path === null) return null
  const folder = record.path === '' ? '' : `${record.path}/`
  return `cargo package --offline --exclude-lockfile --no-verify --allow-dirty --color=never --manifest-path SCRATCH/tree/${folder}Cargo.toml`
}

function planStep(record: ProvenanceRecord): Step {
  const { rebuild, identity } = record
  const how =
    record.treeId === null
      ? 'No file was compared.'
      : identity === 'bytes'
        ? 'Every file was compared by its git object id, then byte by byte. No checkout.'
        : 'Every file was compared by its git object id (sha1). No checkout.'
  if (rebuild !== null) {
    const [text, tone] = REBUILT[rebuild.result] ?? ['', 'unknown' as const]
    const cargo = `Packaged again with cargo ${rebuild.cargoVersion ?? 'of unknown version'}: ${rebuild.cargoChosen}.`
    const texts = [how, cargo, `${text} No code of the crate was run.`, ...rebuild.detail.slice(0, 5)]
    return step('Plan', tone, { texts, command: rebuild.command.join(' ') })
  }
  const texts = [how, cargoRange(record), 'No code of the crate was run.']
  const command = plannedCommand(record)
  if (command !== null) texts.push('Packaging it again would run, offline:')
  return step('Plan', record.treeId === null ? 'notrun' : record.container.isCargo ? 'match' : 'differ', {
    texts,
    command,
  })
}

/** `116 files compared: 109 same, 2 differ, …`; zero parts left out. */
export function countsText({ files }: Pick<ProvenanceRecord, 'files'>): string {
  const parts = [
    [files.same, 'same'],
    [files.lineEndings, 'with other line endings'],
    [files.brokenSymlinks, files.brokenSymlinks === 1 ? 'symlink' : 'symlinks'],
    [files.differing, files.differing === 1 ? 'differs' : 'differ'],
    [files.onlyInCrate, 'only in crate'],
    [files.onlyInRepository, 'only in repository'],
    [files.unchecked, 'not compared'],
    [files.generated, 'generated by cargo'],
  ] as const
  const shown = parts.filter(([n]) => n > 0).map(([n, text]) => `${number(n)} ${text}`)
  return `${count(files.total, 'file')} in the archive${shown.length === 0 ? '' : `: ${shown.join(', ')}`}.`
}

function verdictStep(record: ProvenanceRecord): Step {
  const { outcome, manifest, lock, fallback, treeId } = record
  const words = STATUS[outcome]
  const texts = [
    treeId === null ? STATUS[outcome].meaning : countsText(record),
    manifest.state === 'explained' && 'The generated Cargo.toml is explained by the one in the repository.',
    manifest.state === 'unexplained' && 'The generated Cargo.toml is not explained by the one in the repository.',
    manifest.state === 'unchecked' && treeId !== null && 'The generated Cargo.toml was not checked.',
    manifest.index === 'differs' && 'It says something else than the registry index.',
    lock.state === 'plausible' && 'Cargo.lock names only published versions with their checksums.',
    lock.state === 'implausible' && 'Cargo.lock names something that the registry does not.',
    fallback !== null &&
      `Found by search (${fallback.how.replaceAll('-', ' ')}), ${count(fallback.candidates, 'candidate')} tried.`,
  ].filter(text => text !== false)
  const isWeak = isMatch(outcome) && record.anchor === 'outside-branches'
  return step('Verdict', isWeak ? 'almost' : words.tone, { texts, glyph: isWeak ? 'warn' : words.glyph })
}

/** The four steps of a record; `now` in milliseconds for ages. */
export function stepsOf(record: ProvenanceRecord, now: number): readonly Step[] {
  return [claimStep(record), evidenceStep(record, now), planStep(record), verdictStep(record)]
}

/** The files in the chosen order: as the record has them (most worth a look first), or by path. */
export function filesInOrder(record: ProvenanceRecord, order: 'differing' | 'path'): readonly FileResult[] {
  if (order === 'differing') return record.fileResults
  return [...record.fileResults].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** Whether the repository side and the crate side can be shown beside each other and say something. */
export function isWorthDiff(file: FileResult): boolean {
  return file.state !== 'same' && file.state !== 'same-by-rule'
}

/** The file that deserves a look most: only-in-crate and differing ones first. Null when all is the same. */
export function firstToRead(record: ProvenanceRecord): FileResult | null {
  const ofArchive = record.fileResults.filter(file => isWorthDiff(file) && file.state !== 'only-in-repository')
  return ofArchive.find(file => file.state !== 'generated') ?? ofArchive[0] ?? null
}
